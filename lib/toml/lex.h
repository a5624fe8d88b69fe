/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the parts of the TOML reader share: a place in the text, and the tokens of the grammar from there on.
 * Nobody else includes this. */

#include "base/arena.h"
#include "toml/toml.h"

struct toml_reader {
        const char *p, *end; /* what is left */
        const char *line_start;
        unsigned line;
        const char *mark; /* a place on the line, and its column: so that a long line is counted once */
        unsigned mark_column;
        struct arena *arena;
        char *scratch; /* as long as the text: no string is longer than how it is written */
        struct error *reterr;
};

struct toml_key {
        const char *text;
        size_t len;
        unsigned line, column;
};

/* a.b."c" */
struct toml_path {
        struct toml_key keys[TOML_DEPTH_MAX];
        size_t n;
};

/* -EBADMSG with the place in front, which is that of the reader or that of the key. */
int toml_fail(struct toml_reader *r, const char *format, ...) _printf_(2, 3);
int toml_fail_key(struct toml_reader *r, const struct toml_key *key, const char *what);

/* In characters, not bytes: what an editor shows. at is on the reader's line. */
unsigned toml_column(struct toml_reader *r, const char *at);

/* The byte at p, or -1 at the end; the same n bytes on. */
int toml_peek(const struct toml_reader *r);
int toml_peek_at(const struct toml_reader *r, size_t n);

/* Step over the byte c if it is what comes next. */
bool toml_take(struct toml_reader *r, char c);

/* Step over a line end (LF or CRLF) if one comes next. */
bool toml_take_newline(struct toml_reader *r);

/* A control character, which may stand nowhere in a comment or string. */
bool toml_is_control(int c);

void toml_skip_space(struct toml_reader *r);

/* Space and a comment, up to the line end. */
int toml_skip_comment(struct toml_reader *r);

/* Space, comments and line ends. */
int toml_skip_lines(struct toml_reader *r);

/* A string from its quote on; multi-line ones only where a value is wanted, not for keys. */
int toml_read_string(struct toml_reader *r, bool multiline, const char **ret, size_t *ret_len);

/* A key, dotted or not, with the space around it. */
int toml_read_path(struct toml_reader *r, struct toml_path *path);
bool toml_key_equals(const struct toml_value *value, const struct toml_key *key);

/* A boolean, number or date. */
int toml_read_scalar(struct toml_reader *r, struct toml_value *value);

/* Whether n bytes are a date, a time or both, and which; negative where they are not. */
int toml_parse_date(const char *s, size_t n, enum toml_type *ret);
