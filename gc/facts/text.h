/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* The text form of facts as a table: a line is a keyword and the fields of one struct. The reader and the
 * writer use the same table. */

enum field_type {
        FIELD_TEXT,    /* const char *; omitted if "" */
        FIELD_POINTER, /* const char *; omitted if NULL */
        FIELD_TEXTS,   /* const char *const *, and a size_t with the number; omitted if 0 */
        FIELD_FLAG,    /* bool; omitted if false */
        FIELD_SIGNED,  /* int64_t; omitted if 0 */
        FIELD_UNSIGNED,
        FIELD_NAME, /* an enum, by its names; omitted if 0 */
};

struct field {
        const char *key;
        enum field_type type;
        size_t offset, offset_n;                /* of the value, and of the number of FIELD_TEXTS */
        const char *const *names;               /* of FIELD_NAME, NULL-terminated */
        const char *(*name_of)(unsigned value); /* or this; NULL ends the names */
        bool always;                            /* never omitted */
        /* Return whether the field has its default value. NULL if the default is "", NULL, 0 or false. */
        bool (*is_default)(const void *object);
};

#define FIELDS_MAX 32 /* bits of an unsigned, one for each field that is present */

struct line_kind {
        const char *keyword;
        const struct field *fields; /* ends with a field without a key */
        /* Append an object with the default values. Return NULL if out of memory. */
        void *(*add)(struct facts *facts);
        /* Set the defaults that depend on other fields. seen has a bit for each field that was present. */
        int (*finish)(struct facts *facts, void *object, unsigned seen);
        size_t offset, offset_n,
                size; /* of the array in struct facts, and of its elements; 0: the facts themselves */
};

#define FACTS_VERSION_LINE "cstorage-facts 1\n"

/* The name of a value of FIELD_NAME; NULL after the last one. */
static inline const char *field_name_of(const struct field *field, unsigned value) {
        return field->name_of ? field->name_of(value) : field->names[value];
}

extern const struct line_kind facts_lines[]; /* ends with a line without a keyword; the first is the store */
