/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values of TOML without quotes and brackets: booleans, integers, floats and dates. */

#include <string.h>

#include "toml/lex.h"

/* The digits of a base, and its prefix. The digits may be in upper and lower case. */
struct base {
        char mark;
        unsigned value;
};

static const struct base bases[] = {{'x', 16}, {'o', 8}, {'b', 2}};

static bool is_digit(int c) {
        return c >= '0' && c <= '9';
}

static bool is_alpha(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool equals(const char *s, size_t n, const char *word) {
        return n == strlen(word) && memcmp(s, word, n) == 0;
}

static unsigned digit_value(char c) {
        if (is_digit(c))
                return (unsigned) (c - '0');
        if (is_alpha(c))
                return (unsigned) ((c | 0x20) - 'a') + 10;
        return 36;
}

/* Digits of a base, with single underscores between digits, of a number up to limit. */
static int parse_digits(const char *s, size_t n, unsigned base, uint64_t limit, uint64_t *ret) {
        uint64_t sum = 0;
        bool was_digit = false;

        for (size_t i = 0; i < n; i++) {
                if (s[i] == '_' && was_digit && i + 1 < n) {
                        was_digit = false;
                        continue;
                }
                if (digit_value(s[i]) >= base)
                        return -EBADMSG;
                if (__builtin_mul_overflow(sum, base, &sum) ||
                    __builtin_add_overflow(sum, digit_value(s[i]), &sum) || sum > limit)
                        return -ERANGE;
                was_digit = true;
        }
        if (!was_digit)
                return -EBADMSG;
        *ret = sum;
        return 0;
}

static int parse_decimal(const char *s, size_t n, int64_t *ret) {
        bool sign = n > 0 && (*s == '+' || *s == '-'), negative = n > 0 && *s == '-';
        uint64_t sum;
        int r;

        s += sign;
        n -= sign;
        if (n > 1 && *s == '0')
                return -EBADMSG;
        r = parse_digits(s, n, 10, (uint64_t) INT64_MAX + negative, &sum);
        if (r < 0)
                return r;

        *ret = negative ? (int64_t) (0 - sum) : (int64_t) sum;
        return 0;
}

static int parse_integer(const char *s, size_t n, int64_t *ret) {
        uint64_t sum;
        int r;

        for (size_t i = 0; i < ARRAY_SIZE(bases) && n > 1 && s[0] == '0'; i++) {
                if (s[1] != bases[i].mark)
                        continue;
                r = parse_digits(s + 2, n - 2, bases[i].value, INT64_MAX, &sum);
                if (r >= 0)
                        *ret = (int64_t) sum;
                return r;
        }
        return parse_decimal(s, n, ret);
}

/* Skip digits with single underscores between them. Returns false if there are none or an underscore is
 * misplaced. */
static bool take_digits(const char **s, const char *end) {
        const char *from = *s;

        while (*s < end && (is_digit(**s) || (**s == '_' && *s > from && (*s)[-1] != '_')))
                (*s)++;
        return *s > from && (*s)[-1] != '_';
}

static bool is_float(const char *s, size_t n) {
        const char *end = s + n, *from;

        if (s < end && (*s == '+' || *s == '-'))
                s++;
        if (equals(s, (size_t) (end - s), "inf") || equals(s, (size_t) (end - s), "nan"))
                return true;

        from = s;
        if (!take_digits(&s, end) || (*from == '0' && s - from > 1) || s == end)
                return false;
        if (*s == '.') {
                s++;
                if (!take_digits(&s, end))
                        return false;
        }
        if (s < end && (*s == 'e' || *s == 'E')) {
                s++;
                if (s < end && (*s == '+' || *s == '-'))
                        s++;
                return take_digits(&s, end) && s == end;
        }
        return s == end;
}

/* The length of all characters that a scalar may contain, with the single space that may precede the time of
 * a date. */
static size_t token_length(const struct toml_reader *r) {
        size_t n = 0;
        int c;

        for (;; n++) {
                c = toml_peek_at(r, n);
                if (is_digit(c) || is_alpha(c) || (c > 0 && strchr("+-_.:", c)))
                        continue;
                if (c != ' ' || n != strlen("1979-05-27") || r->p[4] != '-' ||
                    !is_digit(toml_peek_at(r, n + 1)))
                        return n;
        }
}

static int keep_text(struct toml_reader *r, struct toml_value *value, enum toml_type type, size_t n) {
        const char *text = arena_text(r->arena, r->p, n);

        if (!text)
                return -ENOMEM;
        value->type = type;
        value->text = text;
        value->len = n;
        r->p += n;
        return 0;
}

static int read_number(struct toml_reader *r, struct toml_value *value, size_t n) {
        int64_t integer;
        int rc;

        rc = parse_integer(r->p, n, &integer);
        if (rc == -ERANGE)
                return toml_fail(r, "an integer of more than 64 bits");
        if (rc < 0)
                return toml_fail(r, n > 0 ? "not a value: \"%.*s\"" : "a value is missing",
                                 (int) (n < 40 ? n : 40), r->p);

        value->type = TOML_INTEGER;
        value->integer = integer;
        r->p += n;
        return 0;
}

int toml_read_scalar(struct toml_reader *r, struct toml_value *value) {
        size_t n = token_length(r);
        enum toml_type type;

        if (equals(r->p, n, "true") || equals(r->p, n, "false")) {
                value->type = TOML_BOOLEAN;
                value->boolean = *r->p == 't';
                r->p += n;
                return 0;
        }
        if (toml_parse_date(r->p, n, &type) >= 0)
                return keep_text(r, value, type, n);
        if (is_float(r->p, n))
                return keep_text(r, value, TOML_FLOAT, n);
        return read_number(r, value, n);
}
