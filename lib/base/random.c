/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random bytes, without waiting for entropy. */

#include <sys/random.h>

#include "base/error.h"
#include "base/random.h"

int random_bytes(void *ret, size_t n) {
        assert(n <= RANDOM_BYTES_MAX);

        return getrandom(ret, n, GRND_INSECURE) < 0 ? negative_errno() : 0;
}
