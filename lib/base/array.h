/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/* Make room for need elements of size bytes in the array that *p (of type T **) points at; *cap is its
 * capacity in elements. The capacity grows by at least half. Returns 0, or -ENOMEM with nothing changed. */
int array_reserve(void *p, size_t *cap, size_t need, size_t size);

#define ARRAY_RESERVE(array, cap, need) array_reserve(&(array), &(cap), (need), sizeof(*(array)))

/* As array_reserve(), but with room for exactly need elements: for an array that will hardly grow. */
int array_reserve_exact(void *p, size_t *cap, size_t need, size_t size);

#define ARRAY_RESERVE_EXACT(array, cap, need) array_reserve_exact(&(array), &(cap), (need), sizeof(*(array)))
