/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Internal interface of the TOML reader: a position in the text, and the tokens from there on. */

#include "base/arena.h"
#include "toml/toml.h"

struct toml_reader {
        const char *p, *end; /* the rest of the text */
        const char *line_start;
        unsigned line;
        const char *mark; /* a position on the line, and its column: a long line is counted once */
        unsigned mark_column;
        struct arena *arena;
        char *scratch; /* as long as the text, because no string is longer than its source */
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

/* Returns -EBADMSG. The message begins with the position of the reader or, in toml_fail_key(), of the key. */
int toml_fail(struct toml_reader *r, const char *format, ...) _printf_(2, 3);
int toml_fail_key(struct toml_reader *r, const struct toml_key *key, const char *what);

/* The column in characters, not bytes, as an editor shows it. at is on the current line of the reader. */
unsigned toml_column(struct toml_reader *r, const char *at);

/* The byte at p, or the byte n bytes behind it; -1 at the end. */
int toml_peek(const struct toml_reader *r);
int toml_peek_at(const struct toml_reader *r, size_t n);

/* If the next byte is c, skip it. */
bool toml_take(struct toml_reader *r, char c);

/* If a line end (LF or CRLF) follows, skip it. */
bool toml_take_newline(struct toml_reader *r);

/* A control character that no comment and no string may contain. */
bool toml_is_control(int c);

void toml_skip_space(struct toml_reader *r);

/* Skip space and a comment, up to the line end. */
int toml_skip_comment(struct toml_reader *r);

/* Skip space, comments and line ends. */
int toml_skip_lines(struct toml_reader *r);

/* Read a string, starting at its quote. Only values may be multi-line strings, keys may not. */
int toml_read_string(struct toml_reader *r, bool multiline, const char **ret, size_t *ret_len);

/* Read a key, dotted or not, and the space around it. */
int toml_read_path(struct toml_reader *r, struct toml_path *path);
bool toml_key_equals(const struct toml_value *value, const struct toml_key *key);

/* Read a boolean, number or date. */
int toml_read_scalar(struct toml_reader *r, struct toml_value *value);

/* Parse n bytes as a date, a time or both, and return which. Negative errno if they are none. */
int toml_parse_date(const char *s, size_t n, enum toml_type *ret);
