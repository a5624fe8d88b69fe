/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Growable strings, and tests of strings. */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"

void text_done(struct text *t) {
        free(t->s);
        *t = TEXT_INIT;
}

static int text_room(struct text *t, size_t more) {
        size_t need;

        if (__builtin_add_overflow(t->len, more, &need) || __builtin_add_overflow(need, 1, &need))
                return -ENOMEM;
        return ARRAY_RESERVE(t->s, t->cap, need);
}

int text_add(struct text *t, const void *bytes, size_t n) {
        int r;

        r = text_room(t, n);
        if (r < 0)
                return r;

        if (n > 0)
                memcpy(t->s + t->len, bytes, n);
        t->len += n;
        t->s[t->len] = '\0';
        return 0;
}

int text_adds(struct text *t, const char *s) {
        return text_add(t, s, strlen(s));
}

int text_addf(struct text *t, const char *format, ...) {
        va_list args;
        int n, r;

        va_start(args, format);
        n = vsnprintf(NULL, 0, format, args);
        va_end(args);
        assert(n >= 0);

        r = text_room(t, (size_t) n);
        if (r < 0)
                return r;

        va_start(args, format);
        (void) vsnprintf(t->s + t->len, (size_t) n + 1, format, args);
        va_end(args);
        t->len += (size_t) n;
        return 0;
}

char *text_take(struct text *t) {
        char *s = t->s ? t->s : strdup("");

        *t = TEXT_INIT;
        return s;
}

int text_add_escaped(struct text *t, const char *bytes, size_t n) {
        int r = 0;

        for (size_t i = 0; i < n && r >= 0; i++) {
                unsigned char c = (unsigned char) bytes[i];

                if (c == '\\')
                        r = text_adds(t, "\\\\");
                else if (c >= 0x20 && c < 0x7f)
                        r = text_add(t, &c, 1);
                else
                        r = text_addf(t, "\\x%02x", c);
        }
        return r;
}

int hex_digit(char c) {
        if (c >= '0' && c <= '9')
                return c - '0';
        return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int hex_digit_of_any_case(char c) {
        return c >= 'A' && c <= 'F' ? c - 'A' + 10 : hex_digit(c);
}

size_t text_unescape(const char *s, size_t n, char *ret) {
        *ret = s[0];
        if (s[0] != '\\')
                return s[0] >= ' ' && s[0] < 0x7f ? 1 : 0;
        if (n >= 2 && s[1] == '\\')
                return 2;
        if (n < 4 || s[1] != 'x' || hex_digit(s[2]) < 0 || hex_digit(s[3]) < 0)
                return 0;
        *ret = (char) (hex_digit(s[2]) << 4 | hex_digit(s[3]));
        return *ret != '\0' ? 4 : 0;
}

int parse_u64(const char *s, uint64_t *ret) {
        uint64_t n = 0;

        if (!*s)
                return -EINVAL;
        for (; *s; s++) {
                if (*s < '0' || *s > '9')
                        return -EINVAL;
                if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, (uint64_t) (*s - '0'), &n))
                        return -ERANGE;
        }
        *ret = n;
        return 0;
}

bool has_prefix(const char *s, const char *prefix) {
        return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool has_suffix(const char *s, const char *suffix) {
        size_t n = strlen(s), m = strlen(suffix);

        return n >= m && memcmp(s + n - m, suffix, m) == 0;
}
