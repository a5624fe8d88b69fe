/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

#include "base/cleanup.h"

/*
 * Memory that is given out in order and given back all at once: for the many small parts of one parsed file.
 */
struct arena {
        struct arena_block *blocks;
        char *at;
        size_t left;
};

#define ARENA_INIT ((struct arena){0})

void arena_done(struct arena *arena);
#define _cleanup_arena_ _cleanup_(arena_done)

/* n bytes, not cleared, aligned for pointers and int64_t; NULL where there is no memory, and only then. */
void *arena_alloc(struct arena *arena, size_t n);

/* Bytes that need no alignment: for text. */
char *arena_bytes(struct arena *arena, size_t n);

/* A copy of n bytes with a NUL behind. */
const char *arena_text(struct arena *arena, const char *bytes, size_t n);
