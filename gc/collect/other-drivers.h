/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "collect/result.h"

/* Stores of other drivers in the same graphroot: nothing of them is looked at, but that they are there. */
struct others {
        struct fact_entry *entries; /* of kind FACT_KIND_STORE, sorted */
        size_t n;
        struct arena arena;
};

#define OTHERS_INIT ((struct others){0})

void others_done(struct others *others);
#define _cleanup_others_ _cleanup_(others_done)

/* None where the graphroot cannot be listed: that is said by who looks at its store. -ENOMEM. */
int others_find(struct others *others, const struct cstorage_config *config);

/*
 * The store that the configuration names and whose driver nobody here knows, as an entry: what the library
 * said of it is its problem. -ENOMEM.
 */
int others_refused(struct others *others, const struct cstorage_config *config, const char *problem,
                   const struct fact_entry **ret);
