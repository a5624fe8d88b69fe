/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/*
 * Examine all recorded layers, about thirty system calls for each, and verify the content of a percentage of
 * them, 0 for none. Add the damages to facts that have all else from the directories and the records.
 * -ENOMEM.
 */
int damage_scan(struct facts *facts, const struct cstorage_store *store,
                const struct cstorage_snapshot *snapshot, unsigned content_percent);
