/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding records as the Go library does. */

#include <string.h>

#include "snapshot/index.h"

/* The array has an unused element after the last item. */
static const struct item *next_item(const struct cstorage_snapshot *snapshot,
                                    enum cstorage_record_file_kind kind, const struct item *prev) {
        const struct items *items = &snapshot->kinds[kind];
        const struct item *next = prev ? prev + 1 : items->items;

        return next < items->items + items->n ? next : NULL;
}

_public_ const struct cstorage_record_file *
cstorage_snapshot_next_record_file(const struct cstorage_snapshot *snapshot,
                                   const struct cstorage_record_file *prev) {
        const struct cstorage_record_file *next = prev ? prev + 1 : snapshot->files;

        return next < snapshot->files + snapshot->n_files ? next : NULL;
}

_public_ const struct cstorage_layer *cstorage_snapshot_next_layer(const struct cstorage_snapshot *snapshot,
                                                                   const struct cstorage_layer *prev) {
        return (const struct cstorage_layer *) next_item(snapshot, CSTORAGE_RECORD_FILE_LAYERS,
                                                         prev ? &prev->item : NULL);
}

_public_ const struct cstorage_image *cstorage_snapshot_next_image(const struct cstorage_snapshot *snapshot,
                                                                   const struct cstorage_image *prev) {
        return (const struct cstorage_image *) next_item(snapshot, CSTORAGE_RECORD_FILE_IMAGES,
                                                         prev ? &prev->item : NULL);
}

_public_ const struct cstorage_container *
cstorage_snapshot_next_container(const struct cstorage_snapshot *snapshot,
                                 const struct cstorage_container *prev) {
        return (const struct cstorage_container *) next_item(snapshot, CSTORAGE_RECORD_FILE_CONTAINERS,
                                                             prev ? &prev->item : NULL);
}

_public_ const struct cstorage_mount *cstorage_snapshot_next_mount(const struct cstorage_snapshot *snapshot,
                                                                   const struct cstorage_mount *prev) {
        return (const struct cstorage_mount *) next_item(snapshot, CSTORAGE_RECORD_FILE_MOUNTS,
                                                         prev ? &prev->item : NULL);
}

static bool layer_has(const struct item *item, const char *name) {
        return strings_contain(&((const struct layer *) item->record)->names, name);
}

static bool image_has(const struct item *item, const char *name) {
        return strings_contain(&((const struct image *) item->record)->names, name);
}

static bool container_has(const struct item *item, const char *name) {
        return strings_contain(&((const struct container *) item->record)->names, name);
}

static bool container_has_layer(const struct item *item, const char *id) {
        return strcmp(((const struct container *) item->record)->layer, id) == 0;
}

/* Go skips a record whose id an earlier file contains, and with it its names. */
static bool is_shadowed(const struct cstorage_snapshot *snapshot, enum cstorage_record_file_kind kind,
                        const struct store_root *store, const struct item *item) {
        return kind != CSTORAGE_RECORD_FILE_IMAGES &&
               snapshot_find_id_in(snapshot, kind, store, snapshot_item_id(kind, item)) != item;
}

/* If several records have a name, the last one loaded keeps it (layers.go:load). */
static const struct item *find_named(const struct cstorage_snapshot *snapshot,
                                     enum cstorage_record_file_kind kind, const struct store_root *store,
                                     bool (*has)(const struct item *item, const char *name),
                                     const char *name) {
        const struct items *items = &snapshot->kinds[kind];

        for (size_t i = items->n; i-- > 0;) {
                const struct item *item = &items->items[i];

                if (snapshot_store_of(item->file) == store && has(item, name) &&
                    !is_shadowed(snapshot, kind, store, item))
                        return item;
        }
        return NULL;
}

static bool (*const has_name[])(const struct item *, const char *) = {
        [CSTORAGE_RECORD_FILE_LAYERS] = layer_has,
        [CSTORAGE_RECORD_FILE_IMAGES] = image_has,
        [CSTORAGE_RECORD_FILE_CONTAINERS] = container_has,
};

const struct item *snapshot_find_name_in(const struct cstorage_snapshot *snapshot,
                                         enum cstorage_record_file_kind kind, const struct store_root *store,
                                         const char *name) {
        return find_named(snapshot, kind, store, has_name[kind], name);
}

static int find_in_store(const struct cstorage_snapshot *snapshot, enum cstorage_record_file_kind kind,
                         const struct store_root *store, const char *name, const struct item **ret) {
        const struct item *item;

        item = snapshot_find_id_in(snapshot, kind, store, name);
        if (!item)
                item = snapshot_find_name_in(snapshot, kind, store, name);
        if (!item && kind == CSTORAGE_RECORD_FILE_CONTAINERS)
                item = find_named(snapshot, kind, store, container_has_layer, name);
        if (!item)
                return snapshot_find_prefix_in(snapshot, kind, store, name, ret);

        *ret = item;
        return 0;
}

/*
 * An image in an additional image store is hidden by an image with the same id in the first store: a process
 * that gives the former other names copies it there (store.go:Image, updateNames).
 */
static bool is_pulled_up(const struct cstorage_snapshot *snapshot, const struct cstorage_record_file *first,
                         const struct item *item) {
        return item->file->kind == CSTORAGE_RECORD_FILE_IMAGES &&
               snapshot_store_of(item->file) != snapshot_store_of(first) &&
               snapshot_find_id_in(snapshot, CSTORAGE_RECORD_FILE_IMAGES, snapshot_store_of(first),
                                   snapshot_item_id(CSTORAGE_RECORD_FILE_IMAGES, item));
}

/*
 * Search one store after the other, each by id, name and prefix: a name in this store precedes an id in an
 * additional image store (store.go:Layer, store.go:Image).
 */
int snapshot_find(const struct cstorage_snapshot *snapshot, enum cstorage_record_file_kind kind,
                  const char *name, const struct item **ret) {
        const struct cstorage_record_file *before = NULL, *first = NULL;
        const struct item *item;
        int result = -ENOENT, r;

        if (!*name)
                return -ENOENT;

        for (size_t i = 0; i < snapshot->n_files; i++) {
                const struct cstorage_record_file *file = &snapshot->files[i];

                if (file->kind != kind || (before && snapshot_store_of(before) == snapshot_store_of(file)))
                        continue;
                before = file;
                first = first ?: file;
                r = find_in_store(snapshot, kind, snapshot_store_of(file), name, &item);
                if (r >= 0 && !is_pulled_up(snapshot, first, item)) {
                        *ret = item;
                        return 0;
                }
                if (r == -EEXIST)
                        result = r;
        }
        return result;
}

_public_ int cstorage_snapshot_find_layer(const struct cstorage_snapshot *snapshot, const char *name,
                                          const struct cstorage_layer **ret) {
        const struct item *item = NULL;
        int r;

        if (!snapshot || !name || !ret)
                return -EINVAL;

        r = snapshot_find(snapshot, CSTORAGE_RECORD_FILE_LAYERS, name, &item);
        if (r < 0)
                return r;

        *ret = (const struct cstorage_layer *) item;
        return 0;
}

_public_ int cstorage_snapshot_find_image(const struct cstorage_snapshot *snapshot, const char *name,
                                          const struct cstorage_image **ret) {
        const struct item *item = NULL;
        int r;

        if (!snapshot || !name || !ret)
                return -EINVAL;

        r = snapshot_find(snapshot, CSTORAGE_RECORD_FILE_IMAGES, name, &item);
        if (r < 0)
                return r;

        *ret = (const struct cstorage_image *) item;
        return 0;
}

_public_ int cstorage_snapshot_find_container(const struct cstorage_snapshot *snapshot, const char *name,
                                              const struct cstorage_container **ret) {
        const struct item *item = NULL;
        int r;

        if (!snapshot || !name || !ret)
                return -EINVAL;

        r = snapshot_find(snapshot, CSTORAGE_RECORD_FILE_CONTAINERS, name, &item);
        if (r < 0)
                return r;

        *ret = (const struct cstorage_container *) item;
        return 0;
}

_public_ const struct cstorage_layer *
cstorage_snapshot_next_layer_by_digest(const struct cstorage_snapshot *snapshot, const char *digest,
                                       bool compressed, const struct cstorage_layer *prev) {
        const struct cstorage_layer *layer = prev;

        while ((layer = cstorage_snapshot_next_layer(snapshot, layer))) {
                const struct layer *record = layer->item.record;

                if (*digest &&
                    strcmp(compressed ? record->compressed_digest : record->diff_digest, digest) == 0)
                        break;
        }
        return layer;
}

_public_ const struct cstorage_image *
cstorage_snapshot_next_image_by_digest(const struct cstorage_snapshot *snapshot, const char *digest,
                                       const struct cstorage_image *prev) {
        const struct cstorage_image *image = prev;

        while ((image = cstorage_snapshot_next_image(snapshot, image)))
                if (*digest && strings_contain(&((const struct image *) image->item.record)->digests, digest))
                        break;
        return image;
}

_public_ const struct cstorage_layer *cstorage_snapshot_get_parent(const struct cstorage_snapshot *snapshot,
                                                                   const struct cstorage_layer *layer) {
        const struct layer *record = layer->item.record;

        if (!*record->parent)
                return NULL;
        return (const struct cstorage_layer *) snapshot_find_id(snapshot, CSTORAGE_RECORD_FILE_LAYERS,
                                                                record->parent);
}
