/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Comparison of names without regard to case. */

#include <string.h>

#include "base/cleanup.h"
#include "json/fold.h"

static const struct {
        char bytes[4], as;
        bool equal, lower; /* whether FOLD_EQUAL, and FOLD_LOWER, fold it */
} beyond[] = {
        {"\xc4\xb0", 'i', false, true},
        {"\xc5\xbf", 's', true, false},
        {"\xe2\x84\xaa", 'k', true, true},
};

static bool is_folded(size_t i, enum fold fold) {
        switch (fold) {
        case FOLD_EQUAL:
                return beyond[i].equal;
        case FOLD_LOWER:
                return beyond[i].lower;
        case FOLD_BOTH:
                return beyond[i].equal && beyond[i].lower;
        case FOLD_ALL:
                break;
        }
        return true;
}

/* Returns the first character of text in lower case; *ret_length is its length in bytes. */
static char fold_one(const char *text, size_t n, enum fold fold, size_t *ret_length) {
        *ret_length = 1;
        if (*text >= 'A' && *text <= 'Z')
                return (char) (*text - 'A' + 'a');
        for (size_t i = 0; i < ARRAY_SIZE(beyond); i++) {
                size_t length = strlen(beyond[i].bytes);

                if (is_folded(i, fold) && n >= length && memcmp(text, beyond[i].bytes, length) == 0) {
                        *ret_length = length;
                        return beyond[i].as;
                }
        }
        return *text;
}

bool fold_equal(const char *text, size_t n, const char *name, size_t name_len, enum fold fold) {
        size_t at = 0, length;

        for (size_t i = 0; i < name_len; i++, at += length)
                if (at == n || fold_one(text + at, n - at, fold, &length) != name[i])
                        return false;
        return at == n;
}
