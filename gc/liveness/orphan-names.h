/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/idset.h"
#include "facts/facts.h"

/*
 * The names by which paths, mount options and command lines refer to the orphans of a store: ids, and the
 * short names of links in "l". An id is 64 random digits, so any text that contains it refers to that layer
 * or container.
 */
struct orphan_names {
        struct idset ids;
        struct orphan_link {
                const char *name, *id;
        } * links; /* sorted by name */
        size_t n_links, cap_links;
};

#define ORPHAN_NAMES_INIT ((struct orphan_names){0})

void orphan_names_done(struct orphan_names *names);
#define _cleanup_orphan_names_ _cleanup_(orphan_names_done)

/* The facts must outlive the names. Return 0 or -ENOMEM. */
int orphan_names_take(struct orphan_names *names, const struct facts *facts);

/* The next id that the text refers to, from *at on; NULL if there is none. *at is moved behind it. */
const char *orphan_names_next(const struct orphan_names *names, const char *text, size_t len, size_t *at);
