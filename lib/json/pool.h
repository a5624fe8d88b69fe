/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/*
 * Memory for yajl, which does not check what its allocator returns. All that yajl needs for a text of one
 * piece is allocated before it starts, so that a failure is seen where it can be handled. Nothing is freed
 * before json_pool_done().
 */
struct json_pool {
        struct json_block *blocks; /* the newest first */
};

#define JSON_POOL_INIT ((struct json_pool){0})

/* For a text of this length. -ENOMEM. */
int json_pool_init(struct json_pool *pool, size_t len);
void json_pool_done(struct json_pool *pool);

#define _cleanup_json_pool_ _cleanup_(json_pool_done)

/* Should yajl need more than was foreseen, it is allocated; NULL if that fails. */
void *json_pool_alloc(struct json_pool *pool, size_t n);
void *json_pool_realloc(struct json_pool *pool, void *old, size_t n);
