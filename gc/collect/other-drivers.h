/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "collect/result.h"

/* Stores of other drivers in the same graphroot. Only their existence is checked. */
struct other_drivers {
        struct fact_entry *entries; /* of kind FACT_KIND_STORE, sorted */
        size_t n;
        struct arena arena;
};

#define OTHER_DRIVERS_INIT ((struct other_drivers){0})

void other_drivers_done(struct other_drivers *others);
#define _cleanup_other_drivers_ _cleanup_(other_drivers_done)

/* Empty if the graphroot cannot be listed: the scan of the store reports that. -ENOMEM. */
int other_drivers_find(struct other_drivers *others, const struct cstorage_config *config);

/* The configured store, if its driver is not supported, as an entry: its problem is the library's error.
 * -ENOMEM. */
int other_drivers_refused(struct other_drivers *others, const struct cstorage_config *config,
                          const char *problem, const struct fact_entry **ret);
