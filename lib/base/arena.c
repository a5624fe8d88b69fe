/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An arena allocator. Text grows from the front of a block and aligned pieces from its back, so neither pads
 * the other. */

#include <stdint.h>
#include <string.h>

#include "base/arena.h"

#define BLOCK_BYTES (32U * 1024)
#define ALIGNMENT   ((size_t) 8) /* an arena holds only pointers and int64_t */

struct arena_block {
        struct arena_block *next;
        _Alignas(max_align_t) char bytes[];
};

void arena_done(struct arena *arena) {
        for (struct arena_block *b = arena->blocks, *next; b; b = next) {
                next = b->next;
                free(b);
        }
        *arena = ARENA_INIT;
}

static int arena_grow(struct arena *arena, size_t n) {
        size_t room = n > BLOCK_BYTES ? n : BLOCK_BYTES, size;
        struct arena_block *block;

        /* arena_alloc() takes from the end, so the end is aligned too. */
        if (__builtin_add_overflow(room, sizeof(*block) + ALIGNMENT - 1, &size))
                return -ENOMEM;
        size &= ~(ALIGNMENT - 1);
        block = malloc(size);
        if (!block)
                return -ENOMEM;

        block->next = arena->blocks;
        arena->blocks = block;
        arena->at = block->bytes;
        arena->left = size - sizeof(*block);
        return 0;
}

char *arena_bytes(struct arena *arena, size_t n) {
        char *p;

        if ((!arena->blocks || n > arena->left) && arena_grow(arena, n) < 0)
                return NULL;

        p = arena->at;
        arena->at += n;
        arena->left -= n;
        return p;
}

void *arena_alloc(struct arena *arena, size_t n) {
        size_t whole;

        if (__builtin_add_overflow(n, ALIGNMENT - 1, &whole))
                return NULL;
        whole &= ~(ALIGNMENT - 1);

        if ((!arena->blocks || whole > arena->left) && arena_grow(arena, whole) < 0)
                return NULL;

        arena->left -= whole;
        return arena->at + arena->left;
}

const char *arena_text(struct arena *arena, const char *bytes, size_t n) {
        char *p = n < SIZE_MAX ? arena_bytes(arena, n + 1) : NULL;

        if (!p)
                return NULL;
        memcpy(p, bytes, n);
        p[n] = '\0';
        return p;
}
