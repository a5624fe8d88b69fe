/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/*
 * Make room for need elements of size bytes in the array that *p (of type T **) points at, whose room is *cap
 * elements. Grows by half at least. Returns 0 or -ENOMEM, and then nothing changed.
 */
int array_reserve(void *p, size_t *cap, size_t need, size_t size);

#define ARRAY_RESERVE(array, cap, need) array_reserve(&(array), &(cap), (need), sizeof(*(array)))
