/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values of JSON tokens. yajl has checked their syntax and little else. */

#include <string.h>

#include "base/text.h"
#include "json/json.h"
#include "json/utf8.h"

/* The four digits of \uXXXX. yajl has checked that they are hexadecimal. */
static unsigned hex4(const char *at) {
        unsigned value = 0;

        for (int i = 0; i < 4; i++) {
                int digit = hex_digit_of_any_case(at[i]);

                assert(digit >= 0);
                value = value << 4 | (unsigned) digit;
        }
        return value;
}

/* at is behind "\u". Returns the end of the escape, or NULL if it is not a character. */
static const char *unescape_unicode(const char *at, const char *end, char **out) {
        unsigned code = hex4(at), low;

        at += 4;
        if (code >= 0xd800 && code <= 0xdfff) {
                if (code > 0xdbff || end - at < 6 || at[0] != '\\' || at[1] != 'u')
                        return NULL;
                low = hex4(at + 2);
                if (low < 0xdc00 || low > 0xdfff)
                        return NULL;
                code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                at += 6;
        }
        if (code == 0)
                return NULL;
        *out += utf8_put(*out, code);
        return at;
}

static const char *unescape(const char *at, const char *end, char **out) {
        static const char names[] = "bfnrt", values[] = "\b\f\n\r\t";
        const char *name;

        if (*at == 'u')
                return unescape_unicode(at + 1, end, out);
        name = strchr(names, *at);
        *(*out)++ = name ? values[name - names] : *at;
        return at + 1;
}

/* Returns the length, or -EBADMSG. out has room for as many bytes as the input. */
static ssize_t unescape_all(const char *at, const char *end, char *out) {
        char *start = out;

        while (at < end) {
                const char *backslash = memchr(at, '\\', (size_t) (end - at));
                size_t plain = (size_t) ((backslash ? backslash : end) - at);

                memcpy(out, at, plain);
                out += plain;
                at += plain;
                if (!backslash)
                        break;
                at = unescape(at + 1, end, &out);
                if (!at)
                        return -EBADMSG;
        }
        return out - start;
}

int json_string(const struct json *json, size_t token, struct arena *arena, const char **ret) {
        const struct json_token *t = &json->tokens[token];
        const char *from = json->text + t->start + 1;
        size_t n = t->end - t->start - 2;
        ssize_t decoded;
        char *text;

        if (t->type != JSON_STRING)
                return -EBADMSG;
        text = arena_bytes(arena, n + 1);
        if (!text)
                return -ENOMEM;

        if (t->escaped) {
                decoded = unescape_all(from, from + n, text);
                if (decoded < 0)
                        return -EBADMSG;
                n = (size_t) decoded;
        } else
                memcpy(text, from, n);
        if (!utf8_valid(text, n))
                return -EBADMSG;

        text[n] = '\0';
        *ret = text;
        return 0;
}

int json_i64(const struct json *json, size_t token, int64_t *ret) {
        const struct json_token *t = &json->tokens[token];
        const char *at = json->text + t->start, *end = json->text + t->end;
        bool negative;
        int64_t value = 0;

        if (t->type != JSON_NUMBER)
                return -EBADMSG;
        negative = *at == '-';
        for (at += negative; at < end; at++) {
                int digit = *at - '0';

                if (digit < 0 || digit > 9 || __builtin_mul_overflow(value, 10, &value) ||
                    __builtin_add_overflow(value, negative ? -digit : digit, &value))
                        return -EBADMSG;
        }
        *ret = value;
        return 0;
}

int json_u32(const struct json *json, size_t token, uint32_t *ret) {
        int64_t value;
        int r;

        r = json_i64(json, token, &value);
        if (r < 0)
                return r;
        /* Go accepts no sign in an unsigned number, not even in -0. */
        if (value < 0 || value > UINT32_MAX || json->text[json->tokens[token].start] == '-')
                return -EBADMSG;
        *ret = (uint32_t) value;
        return 0;
}
