/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists of strings. */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/strlist.h"

void strlist_done(struct strlist *list) {
        for (size_t i = 0; i < list->n; i++)
                free(list->s[i]);
        free(list->s);
        *list = STRLIST_INIT;
}

/* Takes ownership of s, also on failure. */
static int strlist_own(struct strlist *list, char *s) {
        _cleanup_free_ char *owned = s;
        int r;

        if (!owned)
                return -ENOMEM;
        r = ARRAY_RESERVE(list->s, list->cap, list->n + 1);
        if (r < 0)
                return r;
        list->s[list->n++] = TAKE_PTR(owned);
        return 0;
}

int strlist_add(struct strlist *list, const char *s) {
        return strlist_own(list, strdup(s));
}

int strlist_add_bytes(struct strlist *list, const char *bytes, size_t n) {
        return strlist_own(list, strndup(bytes, n));
}

int strlist_addf(struct strlist *list, const char *format, ...) {
        va_list args;
        char *s;
        int n;

        va_start(args, format);
        n = vasprintf(&s, format, args);
        va_end(args);
        return n < 0 ? -ENOMEM : strlist_own(list, s);
}

int strlist_add_split(struct strlist *list, const char *s) {
        size_t n;
        int r;

        for (;; s += n + 1) {
                n = strcspn(s, ",");
                r = strlist_add_bytes(list, s, n);
                if (r < 0 || s[n] == '\0')
                        return r;
        }
}

const char *strlist_get(const struct strlist *list, size_t index) {
        return index < list->n ? list->s[index] : NULL;
}

void strlist_drop_last(struct strlist *list) {
        assert(list->n > 0);

        free(list->s[--list->n]);
}
