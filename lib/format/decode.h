/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "format/decode-value.h"

/* How a file of records is read: the lists of records have little of their own but a table of members. */

#define RECORDS_MAX (1U << 20) /* of one file; its size allows for little more */

/* How a member is written in JSON and what is made of it. null is as good as absent, as Go has it. */
enum member_kind {
        MEMBER_ID,        /* const char *, must be there and not be "" */
        MEMBER_TEXT,      /* const char *, "" where absent */
        MEMBER_TIME,      /* the same, RFC 3339 */
        MEMBER_I64,       /* int64_t */
        MEMBER_U32,       /* uint32_t */
        MEMBER_STRINGS,   /* struct strings */
        MEMBER_U32S,      /* struct u32s */
        MEMBER_ID_MAPS,   /* struct id_maps */
        MEMBER_FLAGS,     /* struct flags, sorted */
        MEMBER_BIG_NAMES, /* these three make one struct big_data */
        MEMBER_BIG_SIZES,
        MEMBER_BIG_DIGESTS,
};

struct member {
        const char *name;
        enum member_kind kind;
        size_t offset;
        bool always; /* written without a value too; an id and a time always are */
};

#define ID_MAP_MEMBERS 3
extern const struct member id_map_members[ID_MAP_MEMBERS];

struct record_type {
        size_t size;
        const struct member *members;                    /* in the order in which Go writes them */
        size_t n_members;                                /* at most 32 */
        int (*finish)(struct decoding *d, void *record); /* what no member says by itself; may be NULL */
};

/*
 * Read a file of records into an array that the caller frees, their parts into the arena; as layers_parse().
 */
int records_parse(const struct record_type *type, const char *text, size_t len, struct arena *arena,
                  void *ret_items, size_t *ret_n, struct error *reterr);

/* An object into zeroed memory. */
int decode_object(struct decoding *d, size_t token, const struct member *members, size_t n, void *ret);

/* Which of the n members the token names, n where it is none of them. Go writes them in the order of the
 * table, so the one that is next there is tried first. */
int decode_name(struct decoding *d, size_t token, const struct member *members, size_t n, size_t next);

/* The value of one member, not null. */
int decode_member(struct decoding *d, uint32_t token, const struct member *member, void *ret);
