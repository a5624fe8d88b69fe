/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Examining the parts of a layer on disk, with no lock held. */

#include "snapshot/placement.h"
#include "snapshot/recorded-layer.h"

/* The homes that are open already: opening them for each of thousands of layers would take longer than
 * everything else. */
static int borrow_homes(const struct cstorage_store *store, struct homes *ret, int **ret_fds) {
        size_t n = ROOT_RUN + store->n_additional;
        int *fds = calloc(n, sizeof(*fds));

        if (!fds)
                return -ENOMEM;
        fds[ROOT_GRAPH] = store->roots[ROOT_GRAPH].home_fd;
        fds[ROOT_IMAGE] = store->roots[ROOT_IMAGE].home_fd;
        for (size_t i = 0; i < store->n_additional; i++)
                fds[ROOT_RUN + i] = store->additional[i].home_fd;

        *ret = (struct homes){.fds = fds, .n = n, .runroot_fd = store->roots[ROOT_RUN].fd};
        *ret_fds = fds;
        return 0;
}

static int layer_stat(const struct cstorage_snapshot *snapshot, const struct cstorage_layer *layer,
                      struct cstorage_layer_stat *ret, struct error *reterr) {
        struct described_layer described;
        _cleanup_free_ int *fds = NULL;
        struct homes homes;
        int r;

        if (!snapshot || !layer || !ret)
                return -EINVAL;
        if (layer->item.file->store != snapshot->store)
                return error_set(reterr, -EINVAL, "the layer is of another snapshot");
        if (!placement_is_ours(layer->item.file))
                return error_set(reterr, -EROFS, "the layer is in the additional image store %s",
                                 layer->item.file->root->path);

        r = borrow_homes(snapshot->store, &homes, &fds);
        if (r < 0)
                return r;
        r = recorded_layer_describe(snapshot, &layer->item, &homes, &described, reterr);
        return r < 0 ? r : recorded_layer_examine(snapshot, &layer->item, &described, &homes, ret, reterr);
}

_public_ int cstorage_layer_stat(const struct cstorage_snapshot *snapshot, const struct cstorage_layer *layer,
                                 struct cstorage_layer_stat *ret, struct cstorage_error *reterr) {
        return error_end(reterr, layer_stat(snapshot, layer, ret, error_begin(reterr)),
                         "cannot examine a layer");
}

static int stat_links(const struct cstorage_store *store, bool in_imagestore, enum cstorage_part_state *ret,
                      struct error *reterr) {
        const struct store_root *root;
        int r;

        if (!store || !ret)
                return -EINVAL;

        root = &store->roots[in_imagestore ? ROOT_IMAGE : ROOT_GRAPH];
        if (!store->driver->examine_links || root->home_fd < 0) {
                *ret = CSTORAGE_STATE_NONE;
                return 0;
        }
        r = store->driver->examine_links(root->home_fd, ret);
        return r < 0 ? error_errno(reterr, r, "cannot examine %s/%s/%s", root->path, store->driver->name,
                                   store->driver->links_dir)
                     : 0;
}

_public_ int cstorage_store_stat_links(const struct cstorage_store *store, bool in_imagestore,
                                       enum cstorage_part_state *ret, struct cstorage_error *reterr) {
        return error_end(reterr, stat_links(store, in_imagestore, ret, error_begin(reterr)),
                         "cannot examine the short links");
}
