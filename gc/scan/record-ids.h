/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <cstorage.h>

#include "base/idset.h"

/* Which entries have a record of their own. Fill the sets, seal the whole once, then ask. */
struct recorded {
        struct idset layers, images, containers;
};

#define RECORDED_INIT ((struct recorded){0})

void recorded_done(struct recorded *recorded);
#define _cleanup_recorded_ _cleanup_(recorded_done)

void recorded_seal(struct recorded *recorded);
bool recorded_has(const struct recorded *recorded, const struct cstorage_entry *entry);
