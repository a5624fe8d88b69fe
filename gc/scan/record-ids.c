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
        enum cstorage_object object;

        if (!id || cstorage_entry_kind_get_object(cstorage_entry_get_kind(entry), &object) == 0)
                return false;

        switch (object) {
        case CSTORAGE_OBJECT_LAYER:
                return idset_has(&recorded->layers, id);
        case CSTORAGE_OBJECT_IMAGE:
                return idset_has(&recorded->images, id);
        case CSTORAGE_OBJECT_CONTAINER:
                return idset_has(&recorded->containers, id);
        }
        return false;
}
