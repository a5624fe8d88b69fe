/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "inventory/inventory.h"

/*
 * First what others wait for. What hangs on a layer, and short names that lead to it, before the layer:
 * killed in between, the next run takes a directory without a record, but not always a tar-split file without
 * a directory, by which an image store shows that is not configured.
 */
static const enum cstorage_entry_kind retire_order[] = {
        CSTORAGE_ENTRY_VOLATILE_FILE, CSTORAGE_ENTRY_SAVE_LEFTOVER, CSTORAGE_ENTRY_LAYER_DATA,
        CSTORAGE_ENTRY_TAR_SPLIT,     CSTORAGE_ENTRY_QUOTA,         CSTORAGE_ENTRY_LINK,
        CSTORAGE_ENTRY_LAYER_DIR,     CSTORAGE_ENTRY_CONTAINER_DIR, CSTORAGE_ENTRY_IMAGE_DIR,
        CSTORAGE_ENTRY_STAGING,       CSTORAGE_ENTRY_PROBE,         CSTORAGE_ENTRY_TEMP_DIR,
};
