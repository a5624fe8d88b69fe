/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading the content of layers, and big data. */

#include <stdio.h>
#include <string.h>

#include "base/fd.h"
#include "snapshot/index.h"
#include "snapshot/object-dirs.h"
#include "store/driver-homes.h"

/* A file that is read in one piece; a manifest or configuration is never larger. */
#define BIG_DATA_MAX (1ULL << 30)

static int open_diff(const struct cstorage_layer *layer, struct error *reterr) {
        _cleanup_driver_homes_ struct driver_homes homes = DRIVER_HOMES_INIT;
        const struct cstorage_store *store;
        int r;

        if (!layer)
                return -EINVAL;

        store = layer->item.file->store;
        r = driver_homes_open(store, &homes, reterr);
        if (r < 0)
                return r;
        return store->driver->open_content(&homes.homes,
                                           snapshot_item_id(CSTORAGE_RECORD_FILE_LAYERS, &layer->item),
                                           reterr);
}

_public_ int cstorage_layer_open_diff(const struct cstorage_layer *layer, struct cstorage_error *reterr) {
        return error_end(reterr, open_diff(layer, error_begin(reterr)), "cannot open a layer");
}

/*
 * The data of a layer in an additional image store are beside its record, those of other layers in the
 * graphroot.
 */
static int root_fd_of(const struct cstorage_snapshot *snapshot, enum cstorage_object object,
                      const struct item *item) {
        return item->file->location == CSTORAGE_LOCATION_ADDITIONAL
                       ? item->file->root->fd
                       : snapshot->store->roots[object_root(object, item->file)].fd;
}

static int read_item(const struct cstorage_snapshot *snapshot, enum cstorage_object object,
                     const struct item *item, const char *key, char **ret, size_t *ret_size,
                     struct error *reterr) {
        const char *id = snapshot_item_id((enum cstorage_record_file_kind) object, item);
        _cleanup_free_ char *dir = NULL, *name = NULL, *path = NULL;
        int r;

        r = name_big_data_file(key, &name);
        if (r < 0)
                return r == -EINVAL ? error_set(reterr, r, "big data cannot be called \"%s\"", key) : r;

        dir = object_dir(snapshot->store, object, id);
        if (!dir || asprintf(&path, "%s/%s", dir, name) < 0) {
                path = NULL;
                return -ENOMEM;
        }

        r = read_file_at(root_fd_of(snapshot, object, item), path, BIG_DATA_MAX, ret, ret_size, NULL);
        return r < 0 ? error_errno(reterr, r, "cannot read the big data \"%s\" of %s", key, id) : 0;
}

static int read_big_data(const struct cstorage_snapshot *snapshot, enum cstorage_object object,
                         const char *id, const char *key, char **ret, size_t *ret_size,
                         struct error *reterr) {
        const struct item *item;
        int r;

        if (!snapshot || !id || !key || !ret || !ret_size || (unsigned) object > CSTORAGE_OBJECT_CONTAINER)
                return -EINVAL;

        r = snapshot_find(snapshot, (enum cstorage_record_file_kind) object, id, &item);
        if (r < 0)
                return error_errno(reterr, r, "cannot find \"%s\"", id);
        return read_item(snapshot, object, item, key, ret, ret_size, reterr);
}

_public_ int cstorage_snapshot_read_big_data(const struct cstorage_snapshot *snapshot,
                                             enum cstorage_object object, const char *id, const char *key,
                                             char **ret, size_t *ret_size, struct cstorage_error *reterr) {
        return error_end(reterr, read_big_data(snapshot, object, id, key, ret, ret_size, error_begin(reterr)),
                         "cannot read big data");
}
