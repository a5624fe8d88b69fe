/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Encoding of records: one function for each kind of member, the counterpart of decode.c. */

#include <string.h>

#include "format/encode-value.h"
#include "format/encode.h"
#include "format/timestamp.h"

/* --------------------------------------------------------------------------------------------- maps */

/* The members of a map, before they are sorted as in Go. */
struct entry {
        const char *name, *json; /* if json is NULL, the value is text or number */
        const char *text;        /* NULL: the value is number */
        int64_t number;
};

static int entry_compare(const void *a, const void *b) {
        return strcmp(((const struct entry *) a)->name, ((const struct entry *) b)->name);
}

static int encode_entry(struct text *t, const struct entry *entry) {
        if (entry->json)
                return text_adds(t, entry->json);
        return entry->text ? encode_string(t, entry->text) : encode_i64(t, entry->number);
}

/* A duplicate name is written once. */
static int encode_map(struct text *t, struct entry *entries, size_t n) {
        int r;

        if (n > 1)
                qsort(entries, n, sizeof(*entries), entry_compare);
        r = text_adds(t, "{");
        for (size_t i = 0; i < n && r >= 0; i++) {
                if (i > 0 && strcmp(entries[i - 1].name, entries[i].name) == 0)
                        continue;
                r = encode_name(t, i == 0, entries[i].name);
                if (r >= 0)
                        r = encode_entry(t, &entries[i]);
        }
        return r < 0 ? r : text_adds(t, "}");
}

static int compose_flags(struct text *t, const struct flags *flags) {
        _cleanup_free_ struct entry *entries = calloc(flags->n, sizeof(*entries));

        if (!entries)
                return -ENOMEM;
        for (size_t i = 0; i < flags->n; i++)
                entries[i] = (struct entry){.name = flags->items[i].name, .json = flags->items[i].value};
        return encode_map(t, entries, flags->n);
}

/* ----------------------------------------------------------------------------------------- big data */

/* If the digest is known, so is the size, which may be 0. */
static bool is_size_known(const struct big_datum *datum) {
        return datum->size != 0 || *datum->digest;
}

static bool is_in_map(const struct big_datum *datum, enum member_kind kind) {
        return kind == MEMBER_BIG_SIZES ? is_size_known(datum) : *datum->digest != '\0';
}

static bool is_map_empty(const struct big_data *data, enum member_kind kind) {
        for (size_t i = 0; i < data->n; i++)
                if (is_in_map(&data->items[i], kind))
                        return false;
        return true;
}

static int compose_big_map(struct text *t, const struct big_data *data, enum member_kind kind) {
        _cleanup_free_ struct entry *entries = calloc(data->n, sizeof(*entries));
        size_t n = 0;

        if (!entries)
                return -ENOMEM;
        for (size_t i = 0; i < data->n; i++) {
                const struct big_datum *datum = &data->items[i];

                if (is_in_map(datum, kind))
                        entries[n++] = (struct entry){
                                .name = datum->name,
                                .text = kind == MEMBER_BIG_DIGESTS ? datum->digest : NULL,
                                .number = datum->size,
                        };
        }
        return encode_map(t, entries, n);
}

static int compose_big_names(struct text *t, const struct big_data *data) {
        int r;

        r = text_adds(t, "[");
        for (size_t i = 0; i < data->n && r >= 0; i++) {
                r = text_adds(t, i > 0 ? "," : "");
                if (r >= 0)
                        r = encode_string(t, data->items[i].name);
        }
        return r < 0 ? r : text_adds(t, "]");
}

/* ------------------------------------------------------------------------------------------ members */

static int compose_object(struct text *t, const struct member *members, size_t n, const void *object);

static int compose_id_maps(struct text *t, const struct id_maps *maps) {
        int r;

        r = text_adds(t, "[");
        for (size_t i = 0; i < maps->n && r >= 0; i++) {
                r = text_adds(t, i > 0 ? "," : "");
                if (r >= 0)
                        r = compose_object(t, id_map_members, ID_MAP_MEMBERS, &maps->items[i]);
        }
        return r < 0 ? r : text_adds(t, "]");
}

static int compose_time(struct text *t, const char *time) {
        return encode_string(t, *time ? time : TIME_ZERO);
}

static int compose_value(struct text *t, const struct member *m, const void *value) {
        switch (m->kind) {
        case MEMBER_ID:
        case MEMBER_TEXT:
                return encode_string(t, *(const char *const *) value);
        case MEMBER_TIME:
                return compose_time(t, *(const char *const *) value);
        case MEMBER_I64:
                return encode_i64(t, *(const int64_t *) value);
        case MEMBER_U32:
                return encode_i64(t, *(const uint32_t *) value);
        case MEMBER_STRINGS:
                return encode_strings(t, value);
        case MEMBER_U32S:
                return encode_u32s(t, value);
        case MEMBER_ID_MAPS:
                return compose_id_maps(t, value);
        case MEMBER_FLAGS:
                return compose_flags(t, value);
        case MEMBER_BIG_NAMES:
                return compose_big_names(t, value);
        case MEMBER_BIG_SIZES:
        case MEMBER_BIG_DIGESTS:
                return compose_big_map(t, value, m->kind);
        }
        return -EINVAL;
}

/* The values that omitempty leaves out in Go. */
static bool is_empty(const struct member *m, const void *value) {
        switch (m->kind) {
        case MEMBER_ID:
        case MEMBER_TIME:
                return false;
        case MEMBER_TEXT:
                return **(const char *const *) value == '\0';
        case MEMBER_I64:
                return *(const int64_t *) value == 0;
        case MEMBER_U32:
                return *(const uint32_t *) value == 0;
        case MEMBER_STRINGS:
                return ((const struct strings *) value)->n == 0;
        case MEMBER_U32S:
                return ((const struct u32s *) value)->n == 0;
        case MEMBER_ID_MAPS:
                return ((const struct id_maps *) value)->n == 0;
        case MEMBER_FLAGS:
                return ((const struct flags *) value)->n == 0;
        case MEMBER_BIG_NAMES:
                return ((const struct big_data *) value)->n == 0;
        case MEMBER_BIG_SIZES:
        case MEMBER_BIG_DIGESTS:
                return is_map_empty(value, m->kind);
        }
        return true;
}

/* The recursion has one level: an id map in a record. */
static int compose_object(struct text *t, const struct member *members, size_t n, const void *object) {
        bool first = true;
        int r;

        r = text_adds(t, "{");
        for (size_t i = 0; i < n && r >= 0; i++) {
                const void *value = (const char *) object + members[i].offset;

                if (!members[i].always && is_empty(&members[i], value))
                        continue;
                r = encode_name(t, first, members[i].name);
                if (r >= 0)
                        r = compose_value(t, &members[i], value);
                first = false;
        }
        return r < 0 ? r : text_adds(t, "}");
}

int record_compose(const struct record_type *type, const void *record, struct text *ret) {
        _cleanup_text_ struct text text = TEXT_INIT;
        int r;

        r = compose_object(&text, type->members, type->n_members, record);
        return r < 0 ? r : text_add(ret, text.s, text.len);
}
