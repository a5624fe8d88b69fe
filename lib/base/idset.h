/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include "base/cleanup.h"

/*
 * A set of strings, borrowed from whoever added them: fill it, seal it once, then ask. A sorted array,
 * because a hash of names that others choose has a worst case that others choose.
 */
struct idset {
        const char **ids;
        size_t n, cap;
};

#define IDSET_INIT ((struct idset){0})

void idset_done(struct idset *set);
#define _cleanup_idset_ _cleanup_(idset_done)

/* NULL and "" are not added. 0 or -ENOMEM. */
int idset_add(struct idset *set, const char *id);

/* Sort and drop what is there twice; afterwards idset_find() and idset_has() may be called. Adding more wants
 * another seal. */
void idset_seal(struct idset *set);

/* The set's own copy of an id, NULL if it has none. */
const char *idset_find(const struct idset *set, const char *id);

bool idset_has(const struct idset *set, const char *id);
