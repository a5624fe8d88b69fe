/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/*
 * Make room for need elements of size bytes in the array that *p (of type T **) points at, whose room is *cap
 * elements. Grows by half at least. Returns 0 or -ENOMEM, and then nothing changed.
 */
int array_reserve(void *p, size_t *cap, size_t need, size_t size);

#define ARRAY_RESERVE(array, cap, need) array_reserve(&(array), &(cap), (need), sizeof(*(array)))

/* The same of one that will hardly grow: room for as many, and no more. */
int array_reserve_exact(void *p, size_t *cap, size_t need, size_t size);

#define ARRAY_RESERVE_EXACT(array, cap, need) array_reserve_exact(&(array), &(cap), (need), sizeof(*(array)))
