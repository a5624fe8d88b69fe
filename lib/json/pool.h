/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/*
 * Memory for yajl, which does not check the results of its allocator. All memory that yajl needs for a text
 * is allocated before it starts, so that a failure can be reported. Nothing is freed before json_pool_done().
 */
struct json_pool {
        struct json_block *blocks; /* newest first */
};

#define JSON_POOL_INIT ((struct json_pool){0})

/* For a text of len bytes. -ENOMEM. */
int json_pool_init(struct json_pool *pool, size_t len);
void json_pool_done(struct json_pool *pool);

#define _cleanup_json_pool_ _cleanup_(json_pool_done)

/* If yajl needs more than the estimate, a block is added; NULL if that fails. */
void *json_pool_alloc(struct json_pool *pool, size_t n);
void *json_pool_realloc(struct json_pool *pool, void *old, size_t n);
