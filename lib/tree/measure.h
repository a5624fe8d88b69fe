/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* The number of entries of a tree, and the bytes that its deletion frees. */
struct measured {
        uint64_t entries; /* including the top directory */
        uint64_t bytes;   /* blocks; a file with several links counts with the share of one link */
};

/*
 * Measure the tree below an open directory. No other mount is entered and no link is followed. It needs two
 * descriptors, and 32 bytes for each level of depth. Negative errno, and then *ret contains the sum so far;
 * -ESTALE if directories were moved meanwhile, -ECANCELED if stop (may be NULL) became true.
 */
int tree_measure(int dirfd, const atomic_bool *stop, struct measured *ret);
