/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"

/*
 * TOML 1.1, read strictly: all of its grammar, and nothing beyond. Dates and floats are checked and then kept
 * as the text they are. The only door to TOML: what is behind it may be replaced.
 */

/* A configuration of more bytes, members or nesting than this was not written by people. The second bounds
 * the comparisons of keys, which are as many as its square. */
#define TOML_TEXT_MAX   (1024U * 1024)
#define TOML_VALUES_MAX 16384U
#define TOML_DEPTH_MAX  128U

enum toml_type {
        TOML_STRING,
        TOML_INTEGER,
        TOML_FLOAT,
        TOML_BOOLEAN,
        TOML_DATETIME,
        TOML_DATETIME_LOCAL,
        TOML_DATE_LOCAL,
        TOML_TIME_LOCAL,
        TOML_ARRAY,
        TOML_TABLE,
};

/* Belongs to its document. Texts end in NUL, which their length does not count, and may hold others. */
struct toml_value {
        enum toml_type type;
        unsigned line, column; /* of the key, or of the value where it has none; both count from 1 */
        const char *key;       /* NULL in an array, and that of the root */
        size_t key_len;
        const char *text; /* of a string the string, of a float or a date how it is written */
        size_t len;
        int64_t integer;
        bool boolean;
        const struct toml_value *first,
                *next; /* the members in the order of the text; the next beside this */
};

struct toml_doc;

/*
 * Read a whole text. -EBADMSG with "line 3, column 7: ..." where it is not TOML or beyond the limits,
 * -ENOMEM.
 */
int toml_parse(const char *text, size_t len, struct toml_doc **ret, struct error *reterr);

struct toml_doc *toml_free(struct toml_doc *doc);
DEFINE_CLEANUP(struct toml_doc *, toml_free);

/* The table that everything is in. */
const struct toml_value *toml_root(const struct toml_doc *doc);

/* The member of a table that has exactly this key, or NULL. */
const struct toml_value *toml_member(const struct toml_value *table, const char *key);

/* What a type is called in a sentence: "a string". */
const char *toml_type_name(enum toml_type type);
