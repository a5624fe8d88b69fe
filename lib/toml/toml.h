/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"

/* A strict parser of TOML 1.1: the whole grammar, and nothing beyond it. Dates and floats are checked and
 * kept as text. This interface hides the implementation, which may be replaced. */

/* No person writes a configuration with more bytes, members or nesting. The limit of members also bounds the
 * number of key comparisons, which is its square. */
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

/* A value of a document, which owns it. Texts end in a NUL that their length does not count, and may contain
 * others. */
struct toml_value {
        enum toml_type type;
        unsigned line, column; /* of the key, or of the value if there is no key; both count from 1 */
        const char *key;       /* NULL in an array and for the root */
        size_t key_len;
        const char *text; /* the contents of a string; the source of a float or a date */
        size_t len;
        int64_t integer;
        bool boolean;
        const struct toml_value *first, *next; /* the members, in the order of the text; the next sibling */
};

struct toml_doc;

/*
 * Parse a whole text. -EBADMSG with "line 3, column 7: ..." if it is not TOML or exceeds a limit, or -ENOMEM.
 */
int toml_parse(const char *text, size_t len, struct toml_doc **ret, struct error *reterr);

struct toml_doc *toml_free(struct toml_doc *doc);
DEFINE_CLEANUP(struct toml_doc *, toml_free);

/* The root table. */
const struct toml_value *toml_root(const struct toml_doc *doc);

/* The name of a type in an error message: "a string". */
const char *toml_type_name(enum toml_type type);
