/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "inventory/inventory.h"

/* All entries of a turn are moved before the next turn begins; within a turn in any order. */
enum { TRASH_TURNS = 3 };

/*
 * The data of a layer, and links to it, are moved before the layer directory. After a crash in between, the
 * next collection removes a layer directory without a record; but it may keep a tar-split file without a
 * layer directory, which is evidence of a foreign image store.
 */
static inline bool hangs_on_layer(enum cstorage_entry_kind kind) {
        return kind == CSTORAGE_ENTRY_LAYER_DATA || kind == CSTORAGE_ENTRY_TAR_SPLIT ||
               kind == CSTORAGE_ENTRY_QUOTA || kind == CSTORAGE_ENTRY_LINK;
}

/* Other processes cannot load the store before a torn file is reset. */
static inline unsigned trash_turn(enum cstorage_entry_kind kind) {
        if (kind == CSTORAGE_ENTRY_VOLATILE_FILE)
                return 0;
        return hangs_on_layer(kind) ? 1 : 2;
}
