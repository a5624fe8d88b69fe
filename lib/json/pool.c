/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A memory pool: a stack whose newest piece can grow. */

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "json/pool.h"

/*
 * yajl copies two kinds of strings into buffers: a string without its escapes, and a token that the end of
 * the text cuts off. Each buffer starts with 2 KiB and doubles until the string fits, so together they have
 * at most twice as many bytes as the text. The rest, the parser and its stack, needs less than 1 KiB.
 */
#define POOL_PER_BYTE 2U
#define POOL_FIXED    (8U * 1024)

#define ALIGNMENT _Alignof(max_align_t)

struct json_block {
        struct json_block *next;
        size_t size, used;
        size_t last; /* offset of the newest piece */
        _Alignas(max_align_t) char bytes[];
};

/* The header of each piece. */
struct piece {
        _Alignas(max_align_t) size_t size;
};

static int add_block(struct json_pool *pool, size_t size) {
        struct json_block *block = malloc(sizeof(*block) + size);

        if (!block)
                return -ENOMEM;
        *block = (struct json_block){.next = pool->blocks, .size = size};
        pool->blocks = block;
        return 0;
}

int json_pool_init(struct json_pool *pool, size_t len) {
        *pool = JSON_POOL_INIT;
        return add_block(pool, len * POOL_PER_BYTE + POOL_FIXED);
}

void json_pool_done(struct json_pool *pool) {
        while (pool->blocks) {
                struct json_block *block = pool->blocks;

                pool->blocks = block->next;
                free(block);
        }
}

static size_t align(size_t n) {
        return (n + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static struct piece *piece_of(void *bytes) {
        return (struct piece *) bytes - 1;
}

void *json_pool_alloc(struct json_pool *pool, size_t n) {
        size_t need = sizeof(struct piece) + align(n);
        struct json_block *block = pool->blocks;
        struct piece *piece;

        if (block->size - block->used < need) {
                if (add_block(pool, need) < 0)
                        return NULL;
                block = pool->blocks;
        }
        piece = (struct piece *) (void *) (block->bytes + block->used);
        piece->size = n;
        block->last = block->used;
        block->used += need;
        return piece + 1;
}

/* Grow the newest piece in place: yajl has at most one growing buffer at a time. */
static bool grow(struct json_block *block, struct piece *piece, size_t n) {
        size_t need = sizeof(*piece) + align(n);

        if ((char *) piece != block->bytes + block->last || block->size - block->last < need)
                return false;
        piece->size = n;
        block->used = block->last + need;
        return true;
}

void *json_pool_realloc(struct json_pool *pool, void *old, size_t n) {
        void *bytes;

        if (old && grow(pool->blocks, piece_of(old), n))
                return old;

        bytes = json_pool_alloc(pool, n);
        if (bytes && old)
                memcpy(bytes, old, piece_of(old)->size < n ? piece_of(old)->size : n);
        return bytes;
}
