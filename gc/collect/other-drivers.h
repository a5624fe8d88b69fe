/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "collect/result.h"

/* Stores of other drivers in the same graphroot: nothing of them is looked at, but that they are there. */
struct other_drivers {
        struct fact_entry *entries; /* of kind FACT_KIND_STORE, sorted */
        size_t n;
        struct arena arena;
};

#define OTHER_DRIVERS_INIT ((struct other_drivers){0})

void other_drivers_done(struct other_drivers *others);
#define _cleanup_other_drivers_ _cleanup_(other_drivers_done)

/* None where the graphroot cannot be listed: that is said by who looks at its store. -ENOMEM. */
int other_drivers_find(struct other_drivers *others, const struct cstorage_config *config);

/*
 * The store that the configuration names and whose driver nobody here knows, as an entry: what the library
 * said of it is its problem. -ENOMEM.
 */
int other_drivers_refused(struct other_drivers *others, const struct cstorage_config *config,
                          const char *problem, const struct fact_entry **ret);
