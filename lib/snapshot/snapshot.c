/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A snapshot and its list of record files. */

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "snapshot/snapshot.h"

const char *snapshot_item_id(enum cstorage_record_file_kind kind, const struct item *item) {
        return record_id(kind, item->record);
}

const struct own_file own_files[OWN_FILES] = {
        {CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_STABLE, ROOT_GRAPH, PATH_LAYERS_JSON},
        {CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_IMAGESTORE, ROOT_IMAGE, PATH_LAYERS_JSON},
        {CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_VOLATILE, ROOT_GRAPH, PATH_LAYERS_VOLATILE_JSON},
        /* Releases 1.47 to 1.52 record all layers there (store.go:createGraphDriverLocked). */
        {CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_VOLATILE, ROOT_IMAGE, PATH_LAYERS_VOLATILE_JSON},
        {CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_VOLATILE_RUNROOT, ROOT_RUN,
         PATH_LAYERS_VOLATILE_JSON},
        {CSTORAGE_RECORD_FILE_IMAGES, CSTORAGE_LOCATION_IMAGESTORE, ROOT_IMAGE, PATH_IMAGES_JSON},
        {CSTORAGE_RECORD_FILE_IMAGES, CSTORAGE_LOCATION_STABLE, ROOT_GRAPH, PATH_IMAGES_JSON},
        {CSTORAGE_RECORD_FILE_CONTAINERS, CSTORAGE_LOCATION_STABLE, ROOT_GRAPH, PATH_CONTAINERS_JSON},
        {CSTORAGE_RECORD_FILE_CONTAINERS, CSTORAGE_LOCATION_VOLATILE, ROOT_GRAPH,
         PATH_CONTAINERS_VOLATILE_JSON},
        {CSTORAGE_RECORD_FILE_CONTAINERS, CSTORAGE_LOCATION_VOLATILE_RUNROOT, ROOT_RUN,
         PATH_CONTAINERS_VOLATILE_JSON},
        {CSTORAGE_RECORD_FILE_MOUNTS, CSTORAGE_LOCATION_RUNROOT, ROOT_RUN, PATH_MOUNTS_JSON},
};

/* The files of an additional image store, including its volatile layers (layers.go:newROLayerStore). */
static const struct {
        enum cstorage_record_file_kind kind;
        enum path path;
} additional_files[] = {
        {CSTORAGE_RECORD_FILE_LAYERS, PATH_LAYERS_JSON},
        {CSTORAGE_RECORD_FILE_LAYERS, PATH_LAYERS_VOLATILE_JSON},
        {CSTORAGE_RECORD_FILE_IMAGES, PATH_IMAGES_JSON},
};

void snapshot_forget_file(struct cstorage_record_file *file) {
        file->record_buffer = record_buffer_unref(file->record_buffer);
        record_file_done(&file->bytes);
        file->torn = false;
        file->n_records = 0;
}

void snapshot_take_file(struct cstorage_record_file *file, const struct cstorage_record_file *from) {
        file->bytes = from->bytes;
        file->torn = from->torn;
        file->record_buffer = record_buffer_ref(from->record_buffer);
        file->n_records = from->n_records;
}

static void items_done(struct items *items) {
        for (size_t i = 0; i < items->n; i++)
                record_buffer_unref(items->items[i].own);
        free(items->items);
        free(items->keys);
        *items = (struct items){0};
}

static struct cstorage_snapshot *snapshot_free(struct cstorage_snapshot *snapshot) {
        for (size_t i = 0; i < snapshot->n_files; i++) {
                snapshot_forget_file(&snapshot->files[i]);
                free(snapshot->files[i].path);
        }
        free(snapshot->files);
        for (size_t i = 0; i < FILE_KINDS; i++)
                items_done(&snapshot->kinds[i]);
        strlist_done(&snapshot->aside);
        cstorage_store_unref(snapshot->store);
        free(snapshot);
        return NULL;
}

_public_ struct cstorage_snapshot *cstorage_snapshot_ref(struct cstorage_snapshot *snapshot) {
        if (snapshot)
                __atomic_add_fetch(&snapshot->refs, 1, __ATOMIC_RELAXED);
        return snapshot;
}

_public_ struct cstorage_snapshot *cstorage_snapshot_unref(struct cstorage_snapshot *snapshot) {
        if (snapshot && __atomic_sub_fetch(&snapshot->refs, 1, __ATOMIC_ACQ_REL) == 0)
                return snapshot_free(snapshot);
        return NULL;
}

bool snapshot_is_ours_alone(const struct cstorage_snapshot *snapshot) {
        return __atomic_load_n(&snapshot->refs, __ATOMIC_ACQUIRE) == 1;
}

static int add_file(struct cstorage_snapshot *snapshot, enum cstorage_record_file_kind kind,
                    enum cstorage_location location, const struct store_root *root, enum path path) {
        char name[PATH_LENGTH_MAX];
        struct cstorage_record_file *file;
        int r;

        if (!root->path)
                return 0;

        r = ARRAY_RESERVE(snapshot->files, snapshot->cap_files, snapshot->n_files + 1);
        if (r < 0)
                return r;

        file = &snapshot->files[snapshot->n_files];
        *file = (struct cstorage_record_file){.kind = kind,
                                              .location = location,
                                              .store = snapshot->store,
                                              .root = root,
                                              .bytes = RECORD_FILE_INIT};
        path_of(path, snapshot->store->driver->name, name);
        if (asprintf(&file->path, "%s/%s", root->path, name) < 0) {
                file->path = NULL;
                return -ENOMEM;
        }
        file->name = file->path + strlen(root->path) + 1;
        snapshot->n_files++;
        return 0;
}

static int add_files(struct cstorage_snapshot *snapshot) {
        const struct cstorage_store *store = snapshot->store;
        int r;

        for (size_t i = 0; i < OWN_FILES; i++) {
                r = add_file(snapshot, own_files[i].kind, own_files[i].location,
                             &store->roots[own_files[i].root], own_files[i].path);
                if (r < 0)
                        return r;
        }
        for (size_t k = 0; k < store->n_additional; k++)
                for (size_t i = 0; i < ARRAY_SIZE(additional_files); i++) {
                        r = add_file(snapshot, additional_files[i].kind, CSTORAGE_LOCATION_ADDITIONAL,
                                     &store->additional[k], additional_files[i].path);
                        if (r < 0)
                                return r;
                }
        return 0;
}

int snapshot_new(struct cstorage_store *store, struct cstorage_snapshot **ret) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = calloc(1, sizeof(*snapshot));
        int r;

        if (!snapshot)
                return -ENOMEM;
        snapshot->refs = 1;
        snapshot->store = cstorage_store_ref(store);

        r = add_files(snapshot);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(snapshot);
        return 0;
}

_public_ const char *cstorage_snapshot_get_set_aside_id(const struct cstorage_snapshot *snapshot,
                                                        size_t index) {
        return strlist_get(&snapshot->aside, index);
}
