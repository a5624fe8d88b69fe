/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which entries have a record, by the kind of record. */

#include "scan/record-ids.h"

void record_ids_done(struct record_ids *recorded) {
        idset_done(&recorded->layers);
        idset_done(&recorded->images);
        idset_done(&recorded->containers);
}

void record_ids_seal(struct record_ids *recorded) {
        idset_seal(&recorded->layers);
        idset_seal(&recorded->images);
        idset_seal(&recorded->containers);
}

bool record_ids_have(const struct record_ids *recorded, const struct cstorage_entry *entry) {
        const char *id = cstorage_entry_get_id(entry);

        if (!id)
                return false;

        switch (cstorage_entry_get_kind(entry)) {
        case CSTORAGE_ENTRY_LAYER_DIR:
        case CSTORAGE_ENTRY_TAR_SPLIT:
        case CSTORAGE_ENTRY_LAYER_DATA:
        case CSTORAGE_ENTRY_QUOTA:
        case CSTORAGE_ENTRY_LINK:
                return idset_has(&recorded->layers, id);
        case CSTORAGE_ENTRY_CONTAINER_DIR:
                return idset_has(&recorded->containers, id);
        case CSTORAGE_ENTRY_IMAGE_DIR:
                return idset_has(&recorded->images, id);
        case CSTORAGE_ENTRY_TEMP_DIR:
        case CSTORAGE_ENTRY_STAGING:
        case CSTORAGE_ENTRY_PROBE:
        case CSTORAGE_ENTRY_SAVE_LEFTOVER:
        case CSTORAGE_ENTRY_VOLATILE_FILE:
                return false;
        }
        return false;
}
