/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "inventory/inventory.h"

/* All of a turn go in any order, and before the next turn begins. */
enum { RETIRE_TURNS = 3 };

/*
 * What hangs on a layer, and short names that lead to it, go before the layer: killed in between, the next
 * run takes a directory without a record, but not always a tar-split file without a directory, by which an
 * image store shows that is not configured.
 */
static inline bool hangs_on_layer(enum cstorage_entry_kind kind) {
        return kind == CSTORAGE_ENTRY_LAYER_DATA || kind == CSTORAGE_ENTRY_TAR_SPLIT ||
               kind == CSTORAGE_ENTRY_QUOTA || kind == CSTORAGE_ENTRY_LINK;
}

/* Other processes cannot load the store before a torn file is put right. */
static inline unsigned retire_turn(enum cstorage_entry_kind kind) {
        if (kind == CSTORAGE_ENTRY_VOLATILE_FILE)
                return 0;
        return hangs_on_layer(kind) ? 1 : 2;
}
