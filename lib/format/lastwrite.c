/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The token by which processes see that another one wrote. */

#include <string.h>

#include "format/lastwrite.h"

bool last_write_equal(const struct last_write *a, const struct last_write *b) {
        return a->length == b->length && memcmp(a->bytes, b->bytes, a->length) == 0;
}
