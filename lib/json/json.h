/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

#define JSON_BYTES_MAX                                                                                       \
        (64U * 1024 * 1024) /* yajl fails at 2 GiB, uint32_t offsets at 4 GiB; no store has this much */
#define JSON_DEPTH_MAX  64U /* yajl has no limit; Go's is 10000, records need 4 */
#define JSON_TOKENS_MAX (8U * 1024 * 1024) /* 128 MiB; a text of only "[" and "," has most */

enum json_type {
        JSON_NULL,
        JSON_FALSE,
        JSON_TRUE,
        JSON_NUMBER,
        JSON_STRING, /* also the name of a member, which precedes its value */
        JSON_ARRAY,
        JSON_OBJECT,
};

/* A JSON text as a flat array of tokens in the order of the text. The first child of an array or object is
 * the token after it; next is the index of the next sibling, so that a value is skipped in one step. */
struct json_token {
        uint32_t start, end; /* offsets of the bytes, including quotes and brackets */
        uint32_t next;
        enum json_type type : 8;
        bool escaped : 1; /* the string has escapes, so its bytes are not its text */
};

struct json {
        const char *text; /* owned by the caller */
        struct json_token *tokens;
        size_t n, cap;
};

#define JSON_INIT ((struct json){0})

void json_done(struct json *json);
#define _cleanup_json_ _cleanup_(json_done)

/* Parse one value, surrounded by nothing but white space. -EBADMSG with the offset; -EFBIG above one of the
 * limits. Replaces the previous contents of json. */
int json_parse(struct json *json, const char *text, size_t len, struct error *reterr);

/*
 * The callback of json_each(): the value is token 0. A negative result ends the iteration and is its result.
 */
typedef int json_element_fn(const struct json *element, void *userdata, struct error *reterr);

/*
 * Parse an array and pass its values to the callback one by one, so that there are never more tokens than one
 * value has. null is an empty array. Anything else is -EBADMSG, and so is an error behind the values that
 * were already passed.
 */
int json_each(const char *text, size_t len, json_element_fn *element, void *userdata, struct error *reterr);

/* The text of a string, unescaped, in the arena. -EBADMSG if it contains a NUL or an unpaired surrogate or is
 * not UTF-8, all of which yajl accepts. */
int json_string(const struct json *json, size_t token, struct arena *arena, const char **ret);

/* An integer that fits and is written without fraction or exponent; else -EBADMSG. */
int json_i64(const struct json *json, size_t token, int64_t *ret);
int json_u32(const struct json *json, size_t token, uint32_t *ret);
