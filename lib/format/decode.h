/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "format/record.h"
#include "json/json.h"

/* How a file of records is read: the lists of records have little of their own but a table of members. */

#define RECORD_LIST_MAX (1U << 20) /* names, ids, flags of one record: thousands of times what is seen */
#define RECORDS_MAX     (1U << 20) /* of one file; its size allows for little more */

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

/* One record being read. */
struct decoding {
        const struct json *json;
        struct arena *arena;
        size_t number; /* of the record in the file, from 0 */
        struct strings big_names;
        struct big_data big_sizes, big_digests;
        struct error *reterr;
};

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

/* The bytes of the record. */
struct slice decoding_slice(const struct decoding *d);

/* -EBADMSG and a sentence that tells the record, the offset of the token and, unless NULL, the member. */
int decoding_fail(const struct decoding *d, size_t token, const char *name, const char *what);
int decoding_oom(const struct decoding *d);

/* An object into zeroed memory. */
int decode_object(struct decoding *d, size_t token, const struct member *members, size_t n, void *ret);

/* Which of the n members the token names, n where it is none of them. Go writes them in the order of the
 * table, so the one that is next there is tried first. */
int decode_name(struct decoding *d, size_t token, const struct member *members, size_t n, size_t next);

/* The value of one member, not null. */
int decode_member(struct decoding *d, uint32_t token, const struct member *member, void *ret);

/* Check the value of a member that is none of the record's: Go reads its numbers all the same. */
int decode_unknown(const struct decoding *d, uint32_t token);

/* The text of a string, in the arena. */
int decode_text(struct decoding *d, size_t token, const char *name, const char **ret);

/*
 * Memory for the elements of an array, or the members of an object, of size bytes each: as many as there can
 * be. *ret (a T **) is NULL where there are none. Fails where the token is of another type.
 */
int decode_room(struct decoding *d, size_t token, const char *name, enum json_type type, size_t size,
                void *ret);
