/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Growable arrays. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

int array_reserve_exact(void *p, size_t *cap, size_t need, size_t size) {
        void *old, *grown;

        if (need <= *cap)
                return 0;

        /* p is a T ** and not a void **, so the pointer is copied. */
        memcpy(&old, p, sizeof(old));
        grown = reallocarray(old, need, size);
        if (!grown)
                return -ENOMEM;

        memcpy(p, &grown, sizeof(grown));
        *cap = need;
        return 0;
}

int array_reserve(void *p, size_t *cap, size_t need, size_t size) {
        size_t room;

        if (need <= *cap)
                return 0;
        if (__builtin_add_overflow(need, need / 2 + 8, &room))
                return -ENOMEM;
        return array_reserve_exact(p, cap, room, size);
}
