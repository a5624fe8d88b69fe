/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

#include "base/cleanup.h"

/* An allocator for the many small parts of one parsed file. All pieces are freed at once. */
struct arena {
        struct arena_block *blocks;
        char *at;
        size_t left;
};

#define ARENA_INIT ((struct arena){0})

void arena_done(struct arena *arena);
#define _cleanup_arena_ _cleanup_(arena_done)

/* n bytes, not cleared, aligned for pointers and int64_t. Returns NULL only if there is no memory. */
void *arena_alloc(struct arena *arena, size_t n);

/* n bytes without alignment, for text. */
char *arena_bytes(struct arena *arena, size_t n);

/* A copy of n bytes with a NUL behind it. */
const char *arena_text(struct arena *arena, const char *bytes, size_t n);
