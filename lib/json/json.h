/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

#define JSON_BYTES_MAX                                                                                       \
        (64U * 1024 * 1024) /* yajl's buffers do not survive 2 GiB, our offsets 4; no store has this much */
#define JSON_DEPTH_MAX  64U /* yajl has no limit; Go's own is 10000, records need 4 */
#define JSON_TOKENS_MAX (8U * 1024 * 1024) /* 128 MiB of them; a text of nothing but "[" and "," has most */

enum json_type {
        JSON_NULL,
        JSON_FALSE,
        JSON_TRUE,
        JSON_NUMBER,
        JSON_STRING, /* a member's name is one, followed by its value */
        JSON_ARRAY,
        JSON_OBJECT,
};

/*
 * A JSON text as a flat list of tokens in the order of the text. The first child of an array or object is the
 * token after it; next is where the next sibling would be, so that a value is skipped in one step.
 */
struct json_token {
        uint32_t start, end; /* offsets of the value's bytes, quotes and brackets included */
        uint32_t next;
        enum json_type type : 8;
        bool escaped : 1; /* the string has escapes: its bytes are not its text */
};

struct json {
        const char *text; /* the caller's */
        struct json_token *tokens;
        size_t n, cap;
};

#define JSON_INIT ((struct json){0})

void json_done(struct json *json);
#define _cleanup_json_ _cleanup_(json_done)

/* One value and nothing but white space around it, else -EBADMSG with the offset; -EFBIG over one of the
 * limits. What json held before is dropped. */
int json_parse(struct json *json, const char *text, size_t len, struct error *reterr);

/* What json_each() calls: the value is token 0. A negative result ends the walk and is its result. */
typedef int json_element_fn(const struct json *element, void *userdata, struct error *reterr);

/*
 * The text is one array: hand over its values one after the other, so that there are never more tokens than
 * one of them has. null is an array without values; anything else is -EBADMSG, and so is what stands wrong
 * behind the values already handed over.
 */
int json_each(const char *text, size_t len, json_element_fn *element, void *userdata, struct error *reterr);

/*
 * The text of a string, unescaped, in the arena. -EBADMSG where it holds a NUL, an unpaired surrogate, or is
 * no UTF-8 (yajl is lax about all three).
 */
int json_string(const struct json *json, size_t token, struct arena *arena, const char **ret);

/* A whole number that fits, written without fraction or exponent; else -EBADMSG. */
int json_i64(const struct json *json, size_t token, int64_t *ret);
int json_u32(const struct json *json, size_t token, uint32_t *ret);
