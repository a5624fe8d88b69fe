/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules for the files of records and the roots of directories, all in one place. */

#include "snapshot/placement.h"

static const struct cstorage_record_file *find(const struct cstorage_snapshot *snapshot,
                                               enum cstorage_record_file_kind kind,
                                               enum cstorage_location location) {
        for (size_t i = 0; i < snapshot->n_files; i++)
                if (snapshot->files[i].kind == kind && snapshot->files[i].location == location)
                        return &snapshot->files[i];
        return NULL;
}

static enum cstorage_location volatile_location(const struct cstorage_store *store) {
        return store->transient ? CSTORAGE_LOCATION_VOLATILE_RUNROOT : CSTORAGE_LOCATION_VOLATILE;
}

static bool has_image_store(const struct cstorage_store *store) {
        return store->roots[ROOT_IMAGE].path;
}

const struct cstorage_record_file *placement_layer_file(const struct cstorage_snapshot *snapshot,
                                                        bool is_volatile, bool writable) {
        if (is_volatile)
                return find(snapshot, CSTORAGE_RECORD_FILE_LAYERS, volatile_location(snapshot->store));
        return find(snapshot, CSTORAGE_RECORD_FILE_LAYERS,
                    !writable && has_image_store(snapshot->store) ? CSTORAGE_LOCATION_IMAGESTORE
                                                                  : CSTORAGE_LOCATION_STABLE);
}

const struct cstorage_record_file *placement_container_file(const struct cstorage_snapshot *snapshot,
                                                            bool is_volatile) {
        return find(snapshot, CSTORAGE_RECORD_FILE_CONTAINERS,
                    is_volatile ? volatile_location(snapshot->store) : CSTORAGE_LOCATION_STABLE);
}

const struct cstorage_record_file *placement_image_file(const struct cstorage_snapshot *snapshot) {
        return find(snapshot, CSTORAGE_RECORD_FILE_IMAGES,
                    has_image_store(snapshot->store) ? CSTORAGE_LOCATION_IMAGESTORE
                                                     : CSTORAGE_LOCATION_STABLE);
}

const struct cstorage_record_file *placement_mounts_file(const struct cstorage_snapshot *snapshot) {
        return find(snapshot, CSTORAGE_RECORD_FILE_MOUNTS, CSTORAGE_LOCATION_RUNROOT);
}

enum root placement_layer_root(const struct cstorage_store *store, bool writable) {
        return !writable && has_image_store(store) ? ROOT_IMAGE : ROOT_GRAPH;
}

bool placement_is_ours(const struct cstorage_record_file *file) {
        return file->location != CSTORAGE_LOCATION_ADDITIONAL;
}

bool placement_is_durable(const struct cstorage_record_file *file) {
        switch (file->location) {
        case CSTORAGE_LOCATION_STABLE:
        case CSTORAGE_LOCATION_IMAGESTORE:
                return true;
        case CSTORAGE_LOCATION_VOLATILE:
        case CSTORAGE_LOCATION_VOLATILE_RUNROOT:
        case CSTORAGE_LOCATION_ADDITIONAL:
        case CSTORAGE_LOCATION_RUNROOT:
                break;
        }
        return false;
}
