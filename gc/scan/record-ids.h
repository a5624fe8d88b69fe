/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <cstorage.h>

#include "base/idset.h"

/* The entries that have a record of their own. Fill the sets, seal them once, then look up. */
struct record_ids {
        struct idset layers, images, containers;
};

#define RECORD_IDS_INIT ((struct record_ids){0})

void record_ids_done(struct record_ids *recorded);
#define _cleanup_record_ids_ _cleanup_(record_ids_done)

void record_ids_seal(struct record_ids *recorded);
bool record_ids_have(const struct record_ids *recorded, const struct cstorage_entry *entry);
