/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* New ids from random bytes of the kernel. */

#include "disk/id-random.h"
#include "base/error.h"
#include "base/random.h"

#define ID_TRIES 16 /* one id in 281 is refused; so many in a row cannot be random */

int id_make(char ret[static ID_LENGTH + 1]) {
        uint8_t bytes[ID_ENCODE_BYTES];
        int r;

        for (int i = 0; i < ID_TRIES; i++) {
                r = random_bytes(bytes, sizeof(bytes));
                if (r < 0)
                        return r;
                if (id_encode(bytes, ret))
                        return 0;
        }
        return -EIO;
}

int link_id_make(char ret[static LINK_ID_LENGTH + 1]) {
        uint8_t bytes[ID_ENCODE_LINK_BYTES];
        int r;

        r = random_bytes(bytes, sizeof(bytes));
        if (r < 0)
                return r;
        id_encode_link(bytes, ret);
        return 0;
}
