/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* How many entries a tree has, and how many bytes its deletion would free. */
struct measured {
        uint64_t entries; /* the top directory included */
        uint64_t bytes;   /* blocks; those of a file with several links are shared out among them */
};

/*
 * Measure the tree below an open directory. Nothing on another mount is entered, no link followed. It needs
 * two descriptors and 32 bytes for each level that it is deep. Negative errno, and then *ret is what was met
 * until then; -ESTALE where directories were moved meanwhile, -ECANCELED where stop (may be NULL) became
 * true.
 */
int tree_measure(int dirfd, const atomic_bool *stop, struct measured *ret);
