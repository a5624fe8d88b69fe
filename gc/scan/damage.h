/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* Which recorded layers are examined for damage. Examining a layer takes a dozen system calls. */
enum damage_scope {
        DAMAGE_LIKELY, /* all if something points to damage; else, soon after a boot, those written last; else
                          none */
        DAMAGE_ALL,
};

/* The time after a boot in which a collection examines the layers that were written last before it: a power
 * failure damages only what the kernel had not written. No boot takes longer until it collects. */
#define DAMAGE_BOOT_US (10ULL * 60 * 1000 * 1000)

struct damage_depth {
        enum damage_scope scope;
        unsigned content_percent; /* of the layers whose content is verified; 0: none */
};

/* Add the damages to facts that have all else from the directories and the records. -ENOMEM. */
int damage_scan(struct facts *facts, const struct cstorage_store *store,
                const struct cstorage_snapshot *snapshot, struct damage_depth depth);
