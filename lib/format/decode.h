/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "format/decode-value.h"

/* Decoding of record files: each kind of record is described by a table of its members. */

#define RECORDS_MAX (1U << 20) /* in one file; the size limit of a file allows for little more */

/* The type of a member in JSON and in memory. null is the same as absent, as in Go. */
enum member_kind {
        MEMBER_ID,        /* const char *, required and not "" */
        MEMBER_TEXT,      /* const char *, "" if absent */
        MEMBER_TIME,      /* the same, RFC 3339 */
        MEMBER_I64,       /* int64_t */
        MEMBER_U32,       /* uint32_t */
        MEMBER_STRINGS,   /* struct strings */
        MEMBER_U32S,      /* struct u32s */
        MEMBER_ID_MAPS,   /* struct id_maps */
        MEMBER_FLAGS,     /* struct flags, sorted */
        MEMBER_BIG_NAMES, /* these three become one struct big_data */
        MEMBER_BIG_SIZES,
        MEMBER_BIG_DIGESTS,
};

struct member {
        const char *name;
        enum member_kind kind;
        size_t offset;
        bool always; /* written even if it is empty, as an id and a time are */
};

#define ID_MAP_MEMBERS 3
extern const struct member id_map_members[ID_MAP_MEMBERS];

struct record_type {
        size_t size;
        const struct member *members;                    /* in the order in which Go writes them */
        size_t n_members;                                /* at most 32 */
        int (*finish)(struct decoding *d, void *record); /* sets members that depend on others; may be NULL */
};

/*
 * Parse a record file into an array that the caller frees; the arena contains its parts. See layers_parse().
 */
int records_parse(const struct record_type *type, const char *text, size_t len, struct arena *arena,
                  void *ret_items, size_t *ret_n, struct error *reterr);

/* Decode an object; ret is zeroed memory. */
int decode_object(struct decoding *d, size_t token, const struct member *members, size_t n, void *ret);

/* Returns the index of the member that the token names, or n if it is unknown. The member at index next is
 * compared first, because Go writes the members in the order of the table. */
int decode_name(struct decoding *d, size_t token, const struct member *members, size_t n, size_t next);

/* Decode the value of one member, which is not null. */
int decode_member(struct decoding *d, uint32_t token, const struct member *member, void *ret);
