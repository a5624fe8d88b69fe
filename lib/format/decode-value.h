/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "format/record.h"
#include "json/json.h"

/* Decoding of the values in a record. name is that of the member, for error messages. */

#define RECORD_LIST_MAX (1U << 20) /* names, ids, flags of one record: thousands of times the usual */

/* The state of decoding one record. */
struct decoding {
        const struct json *json;
        struct arena *arena;
        size_t number; /* index of the record in the file, from 0 */
        struct strings big_names;
        struct big_data big_sizes, big_digests;
        struct error *reterr;
};

/* The bytes of the record. */
struct slice decoding_slice(const struct decoding *d);

/* Returns -EBADMSG. The message contains the record, the offset of the token and, unless it is NULL, the
 * name. */
int decoding_fail(const struct decoding *d, size_t token, const char *name, const char *what);
int decoding_oom(const struct decoding *d);

/* The text of a string, in the arena. */
int decode_text(struct decoding *d, size_t token, const char *name, const char **ret);

/* Allocate memory for the elements of an array, or for the members of an object, of size bytes each: as many
 * as the token can contain. If there are none, *ret (a T **) is NULL. Fails if the token has another type. */
int decode_room(struct decoding *d, size_t token, const char *name, enum json_type type, size_t size,
                void *ret);

/* One function for each kind of member other than id maps and big data; see enum member_kind. */
int decode_time(struct decoding *d, size_t token, const char *name, const char **ret);
int decode_i64(struct decoding *d, size_t token, const char *name, int64_t *ret);
int decode_u32(struct decoding *d, size_t token, const char *name, uint32_t *ret);
int decode_strings(struct decoding *d, size_t token, const char *name, struct strings *ret);
int decode_u32s(struct decoding *d, size_t token, const char *name, struct u32s *ret);
int decode_flags(struct decoding *d, size_t token, const char *name, struct flags *ret);

/* Check the value of a member that is not in the table: Go parses its numbers nevertheless. */
int decode_unknown(const struct decoding *d, uint32_t token);
