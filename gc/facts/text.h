/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/*
 * The text form of facts as a table: a line is a keyword and the fields of one struct. Reading and writing
 * go by the same rows.
 */

enum field_type {
        FIELD_TEXT,    /* const char *; left out where "" */
        FIELD_POINTER, /* the same; left out where NULL */
        FIELD_TEXTS,   /* const char *const *, and a size_t how many; left out where there are none */
        FIELD_FLAG,    /* bool; left out where false */
        FIELD_SIGNED,  /* int64_t; left out where 0 */
        FIELD_UNSIGNED,
        FIELD_NAME, /* an enum, by its names; left out where 0 */
};

struct field {
        const char *key;
        enum field_type type;
        size_t offset, offset_n;  /* of the value, and of the number of FIELD_TEXTS */
        const char *const *names; /* of FIELD_NAME, NULL-terminated */
        bool always;              /* never left out */
        /* Where a value that is left out is another one than "", 0 and so on. */
        bool (*is_default)(const void *object);
};

#define FIELDS_MAX 32 /* bits of an unsigned that tells which were there */

struct line_kind {
        const char *keyword;
        const struct field *fields; /* up to one without key */
        /* One more object at the end, as it is where all is left out; NULL where there is no memory. */
        void *(*add)(struct facts *facts);
        /* Defaults that depend on other fields; seen has a bit for each field that was there. */
        int (*finish)(struct facts *facts, void *object, unsigned seen);
        size_t offset, offset_n,
                size; /* of the array in struct facts, and of its elements; 0: facts itself */
};

#define FACTS_VERSION_LINE "cstorage-facts 1\n"

extern const struct line_kind facts_lines[]; /* up to one without keyword; the first is the store's */
