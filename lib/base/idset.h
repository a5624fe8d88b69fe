/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include "base/cleanup.h"

/* A set of strings that the caller owns: add all, seal the set, then look up. It is a sorted array, because
 * names that an attacker chooses can force the worst case of a hash table. */
struct idset {
        const char **ids;
        size_t n, cap;
};

#define IDSET_INIT ((struct idset){0})

void idset_done(struct idset *set);
#define _cleanup_idset_ _cleanup_(idset_done)

/* NULL and "" are not added. Returns 0 or -ENOMEM. */
int idset_add(struct idset *set, const char *id);

/* Sort the set and drop duplicates, before idset_find() and idset_has(). After a further idset_add() the set
 * must be sealed again. */
void idset_seal(struct idset *set);

/* The string of the set that equals id, or NULL. */
const char *idset_find(const struct idset *set, const char *id);

bool idset_has(const struct idset *set, const char *id);
