/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Arrays that grow. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

int array_reserve(void *p, size_t *cap, size_t need, size_t size) {
        void *old, *grown;
        size_t room;

        if (need <= *cap)
                return 0;
        if (__builtin_add_overflow(need, need / 2 + 8, &room))
                return -ENOMEM;

        /* p is a T **, which is no void **: hence the copies. */
        memcpy(&old, p, sizeof(old));
        grown = reallocarray(old, room, size);
        if (!grown)
                return -ENOMEM;

        memcpy(p, &grown, sizeof(grown));
        *cap = room;
        return 0;
}
