/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "format/record.h"
#include "json/json.h"

/* How a value in a record is read. name is the member's, for the text of an error. */

#define RECORD_LIST_MAX (1U << 20) /* names, ids, flags of one record: thousands of times what is seen */

/* One record being read. */
struct decoding {
        const struct json *json;
        struct arena *arena;
        size_t number; /* of the record in the file, from 0 */
        struct strings big_names;
        struct big_data big_sizes, big_digests;
        struct error *reterr;
};

/* The bytes of the record. */
struct slice decoding_slice(const struct decoding *d);

/* -EBADMSG and a sentence that tells the record, the offset of the token and, unless NULL, the member. */
int decoding_fail(const struct decoding *d, size_t token, const char *name, const char *what);
int decoding_oom(const struct decoding *d);

/* The text of a string, in the arena. */
int decode_text(struct decoding *d, size_t token, const char *name, const char **ret);

/*
 * Memory for the elements of an array, or the members of an object, of size bytes each: as many as there can
 * be. *ret (a T **) is NULL where there are none. Fails where the token is of another type.
 */
int decode_room(struct decoding *d, size_t token, const char *name, enum json_type type, size_t size,
                void *ret);

/* One function for each kind of member that is no object of ours; see enum member_kind. */
int decode_time(struct decoding *d, size_t token, const char *name, const char **ret);
int decode_i64(struct decoding *d, size_t token, const char *name, int64_t *ret);
int decode_u32(struct decoding *d, size_t token, const char *name, uint32_t *ret);
int decode_strings(struct decoding *d, size_t token, const char *name, struct strings *ret);
int decode_u32s(struct decoding *d, size_t token, const char *name, struct u32s *ret);
int decode_flags(struct decoding *d, size_t token, const char *name, struct flags *ret);

/* Check the value of a member that is none of the record's: Go reads its numbers all the same. */
int decode_unknown(const struct decoding *d, uint32_t token);
