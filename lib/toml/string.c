/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The four kinds of strings of TOML. */

#include <string.h>

#include "base/text.h"
#include "toml/lex.h"
#include "json/utf8.h"

/* The state of reading one string. */
struct string {
        char quote;
        bool multiline;
        char *out;
        size_t len;
};

static int read_unicode(struct toml_reader *r, struct string *s, unsigned digits) {
        uint32_t c = 0;

        for (unsigned i = 0; i < digits; i++) {
                int digit = hex_digit_of_any_case((char) toml_peek(r));

                if (digit < 0)
                        return toml_fail(r, "%u hexadecimal digits are wanted here", digits);
                c = c << 4 | (uint32_t) digit;
                r->p++;
        }
        if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
                return toml_fail(r, "U+%04X is no character", c);

        s->len += utf8_put(s->out + s->len, c);
        return 0;
}

/* A backslash before a line end: skip it and all white space up to the next text. */
static bool take_line_continuation(struct toml_reader *r) {
        struct toml_reader ahead = *r;

        toml_skip_space(&ahead);
        if (!toml_take_newline(&ahead))
                return false;
        do
                toml_skip_space(&ahead);
        while (toml_take_newline(&ahead));
        *r = ahead;
        return true;
}

static int read_escape(struct toml_reader *r, struct string *s) {
        static const char names[] = "btnfre\"\\", meanings[] = "\b\t\n\f\r\x1b\"\\";
        int c = toml_peek(r);
        const char *name = c > 0 ? strchr(names, c) : NULL;

        if (name) {
                r->p++;
                s->out[s->len++] = meanings[name - names];
                return 0;
        }
        if (toml_take(r, 'x'))
                return read_unicode(r, s, 2);
        if (toml_take(r, 'u'))
                return read_unicode(r, s, 4);
        if (toml_take(r, 'U'))
                return read_unicode(r, s, 8);
        if (s->multiline && take_line_continuation(r))
                return 0;
        return toml_fail(r, "no such escape in a string");
}

static size_t count_quotes(const struct toml_reader *r, char quote) {
        size_t n = 0;

        while (toml_peek_at(r, n) == (unsigned char) quote)
                n++;
        return n;
}

/* Quotes inside a multi-line string: up to two are text, and up to two more may precede the three that end
 * it. Returns 1 if the string ended. */
static int read_quotes(struct toml_reader *r, struct string *s) {
        size_t n = count_quotes(r, s->quote), text;

        if (!s->multiline) {
                r->p++;
                return 1;
        }
        if (n > 5)
                return toml_fail(r, "too many quotes in a row");

        text = n < 3 ? n : n - 3;
        memset(s->out + s->len, s->quote, text);
        s->len += text;
        r->p += n;
        return n >= 3;
}

static int read_newline(struct toml_reader *r, struct string *s) {
        const char *from = r->p;
        size_t n;

        if (!s->multiline)
                return toml_fail(r, "a string on one line lacks its end");
        if (!toml_take_newline(r))
                return toml_fail(r, "carriage return in a string");

        n = (size_t) (r->p - from);
        memcpy(s->out + s->len, from, n);
        s->len += n;
        return 0;
}

/* Returns 1 if the string ended. */
static int read_next(struct toml_reader *r, struct string *s) {
        int c = toml_peek(r);

        if (c < 0)
                return toml_fail(r, "a string lacks its end");
        if (c == s->quote)
                return read_quotes(r, s);
        if (c == '\n' || c == '\r')
                return read_newline(r, s);
        if (toml_is_control(c))
                return toml_fail(r, "control character 0x%02x in a string", (unsigned) c);

        r->p++;
        if (c == '\\' && s->quote == '"')
                return read_escape(r, s);
        s->out[s->len++] = (char) c;
        return 0;
}

int toml_read_string(struct toml_reader *r, bool multiline, const char **ret, size_t *ret_len) {
        struct string s = {.quote = *r->p, .out = r->scratch};
        const char *text;
        int rc;

        s.multiline = multiline && count_quotes(r, s.quote) >= 3;
        r->p += s.multiline ? 3 : 1;
        if (s.multiline)
                (void) toml_take_newline(r);

        do
                rc = read_next(r, &s);
        while (rc == 0);
        if (rc < 0)
                return rc;

        text = arena_text(r->arena, s.out, s.len);
        if (!text)
                return -ENOMEM;
        *ret = text;
        *ret_len = s.len;
        return 0;
}
