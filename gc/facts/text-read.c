/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Read facts from text. The parser is strict: a mistake in a test must not be ignored. */

#include <string.h>

#include "facts/text.h"

struct parser {
        struct facts facts;
        size_t line;
        struct error *reterr;
};

struct piece {
        const char *s;
        size_t n;
};

static void parser_done(struct parser *parser) {
        facts_done(&parser->facts);
}

static bool piece_is(struct piece piece, const char *s) {
        return strlen(s) == piece.n && memcmp(piece.s, s, piece.n) == 0;
}

/* Cut off the part before the next separator. Set *rest to the part behind it, or rest->s to NULL if there
 * is no separator. */
static struct piece split(struct piece *rest, char separator) {
        const char *end = memchr(rest->s, separator, rest->n);
        struct piece first = {rest->s, end ? (size_t) (end - rest->s) : rest->n};

        *rest = end ? (struct piece){end + 1, rest->n - first.n - 1} : (struct piece){0};
        return first;
}

static int bad(struct parser *parser, const char *what, struct piece piece) {
        _cleanup_text_ struct text shown = TEXT_INIT;

        if (text_add_escaped(&shown, piece.s, piece.n < 64 ? piece.n : 64) < 0)
                return -ENOMEM;
        return error_set(parser->reterr, -EBADMSG, "facts, line %zu: %s: \"%s\"", parser->line, what,
                         shown.s ? shown.s : "");
}

static int parse_text(struct parser *parser, struct piece value, const char **ret) {
        char *s = arena_bytes(&parser->facts.arena, value.n + 1);
        size_t n = 0, step;

        if (!s)
                return -ENOMEM;

        for (size_t i = 0; i < value.n; i += step) {
                step = text_unescape(value.s + i, value.n - i, &s[n++]);
                if (step == 0)
                        return bad(parser, "not how a value is written", value);
        }
        s[n] = '\0';
        *ret = s;
        return 0;
}

static int parse_texts(struct parser *parser, struct piece value, const char *const **ret, size_t *ret_n) {
        const char **texts;
        size_t n = 1;
        int r = 0;

        for (size_t i = 0; i < value.n; i++)
                n += value.s[i] == ',';
        texts = arena_alloc(&parser->facts.arena, n * sizeof(*texts));
        if (!texts)
                return -ENOMEM;

        for (size_t i = 0; r >= 0 && i < n; i++)
                r = parse_text(parser, split(&value, ','), &texts[i]);
        if (r < 0)
                return r;

        *ret = texts;
        *ret_n = n;
        return 0;
}

static int parse_flag(struct parser *parser, struct piece value, bool *ret) {
        if (!piece_is(value, "yes") && !piece_is(value, "no"))
                return bad(parser, "neither yes nor no", value);

        *ret = piece_is(value, "yes");
        return 0;
}

#define DIGITS_MAX 20 /* of the greatest 64-bit number */

static int parse_unsigned(struct parser *parser, struct piece value, uint64_t *ret) {
        char digits[DIGITS_MAX + 1];

        if (value.n > DIGITS_MAX)
                return bad(parser, "no number of 64 bits", value);

        memcpy(digits, value.s, value.n);
        digits[value.n] = '\0';
        return parse_u64(digits, ret) < 0 ? bad(parser, "no number of 64 bits", value) : 0;
}

static int parse_signed(struct parser *parser, struct piece value, int64_t *ret) {
        bool negative = value.n > 0 && value.s[0] == '-';
        uint64_t n;
        int r;

        r = parse_unsigned(parser, (struct piece){value.s + negative, value.n - negative}, &n);
        if (r < 0)
                return r;
        if (n > (uint64_t) INT64_MAX + negative)
                return bad(parser, "no number of 64 bits", value);

        *ret = negative ? (int64_t) -n : (int64_t) n;
        return 0;
}

static int parse_name(struct parser *parser, struct piece value, const struct field *field, char *at) {
        const char *name;

        for (unsigned i = 0; (name = field_name_of(field, i)); i++)
                if (piece_is(value, name)) {
                        memcpy(at, &i, sizeof(i));
                        return 0;
                }
        return bad(parser, "no such value", value);
}

static int parse_value(struct parser *parser, const struct field *field, struct piece value, char *object) {
        char *at = object + field->offset;

        switch (field->type) {
        case FIELD_TEXT:
        case FIELD_POINTER:
                return parse_text(parser, value, (const char **) (void *) at);
        case FIELD_TEXTS:
                return parse_texts(parser, value, (const char *const **) (void *) at,
                                   (size_t *) (void *) (object + field->offset_n));
        case FIELD_FLAG:
                return parse_flag(parser, value, (bool *) (void *) at);
        case FIELD_SIGNED:
                return parse_signed(parser, value, (int64_t *) (void *) at);
        case FIELD_UNSIGNED:
                return parse_unsigned(parser, value, (uint64_t *) (void *) at);
        case FIELD_NAME:
                return parse_name(parser, value, field, at);
        }
        return -EBADMSG;
}

/* Parse "key=value" and set the bit of the field in *seen. */
static int parse_word(struct parser *parser, const struct line_kind *line, struct piece word, char *object,
                      unsigned *seen) {
        struct piece value = word, key;

        key = split(&value, '=');
        if (!value.s)
                return bad(parser, "no key=value", word);

        for (unsigned i = 0; line->fields[i].key; i++) {
                if (!piece_is(key, line->fields[i].key))
                        continue;
                if (*seen & 1U << i)
                        return bad(parser, "said twice", word);
                *seen |= 1U << i;
                return parse_value(parser, &line->fields[i], value, object);
        }
        return bad(parser, "no such key", word);
}

static int parse_words(struct parser *parser, const struct line_kind *line, struct piece words) {
        char *object = line->add(&parser->facts);
        unsigned seen = 0;
        int r;

        if (!object)
                return -ENOMEM;

        while (words.s) {
                r = parse_word(parser, line, split(&words, ' '), object, &seen);
                if (r < 0)
                        return r;
        }
        for (unsigned i = 0; line->fields[i].key; i++)
                if (line->fields[i].always && !(seen & 1U << i))
                        return bad(parser, "must be said",
                                   (struct piece){line->fields[i].key, strlen(line->fields[i].key)});
        return line->finish ? line->finish(&parser->facts, object, seen) : 0;
}

/* The version comes first, then the store, then all other lines in any order. "#" begins a comment. */
static int parse_line(struct parser *parser, struct piece text, bool *has_store) {
        struct piece words = text, keyword;
        const struct line_kind *line = facts_lines;

        if (text.n == 0 || text.s[0] == '#')
                return 0;

        keyword = split(&words, ' ');
        while (line->keyword && !piece_is(keyword, line->keyword))
                line++;
        if (!line->keyword)
                return bad(parser, "no such fact", keyword);
        if ((line == facts_lines) == *has_store)
                return bad(parser, "the store comes first and once", text);

        *has_store = true;
        return parse_words(parser, line, words);
}

static int parse_lines(struct parser *parser, struct piece rest) {
        struct piece version = {FACTS_VERSION_LINE, strlen(FACTS_VERSION_LINE) - 1}, line;
        bool has_store = false;
        int r;

        parser->line = 1;
        line = split(&rest, '\n');
        if (line.n != version.n || memcmp(line.s, version.s, version.n) != 0)
                return bad(parser, "not the version that this program reads", line);

        while (rest.s) {
                parser->line++;
                r = parse_line(parser, split(&rest, '\n'), &has_store);
                if (r < 0)
                        return r;
        }
        return has_store ? 0 : bad(parser, "there must be one fact of this kind", (struct piece){"store", 5});
}

int facts_parse(struct facts *facts, const char *text, size_t len, struct error *reterr) {
        _cleanup_(parser_done) struct parser parser = {.facts = FACTS_INIT, .reterr = reterr};
        int r;

        r = parse_lines(&parser, (struct piece){text ? text : "", len});
        if (r == -ENOMEM)
                return error_set(reterr, r, "no memory for facts of %zu bytes", len);
        if (r < 0)
                return r;

        *facts = parser.facts;
        parser.facts = FACTS_INIT;
        return 0;
}
