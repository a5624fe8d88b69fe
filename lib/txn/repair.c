/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests for repairs. They change no record, so they need neither the directories nor the locks that an
 * edit makes. */

#include <string.h>

#include "base/array.h"
#include "snapshot/index.h"
#include "snapshot/placement.h"
#include "txn/txn.h"

/* All parts but the directory: a layer without directory cannot be repaired. */
#define PARTS                                                                                                \
        ((CSTORAGE_PART_BIT(CSTORAGE_PART_MERGED + 1) - 1) & ~CSTORAGE_PART_BIT(CSTORAGE_PART_DIRECTORY))

/* Takes ownership of the id on success only. */
static int add_repair(struct cstorage_txn *txn, char *id, bool in_imagestore, uint64_t parts) {
        struct cstorage_trash *trash = txn->trash;
        int r;

        r = ARRAY_RESERVE(trash->repairs, trash->cap_repairs, trash->n_repairs + 1);
        if (r < 0)
                return r;

        trash->repairs[trash->n_repairs++] =
                (struct cstorage_repair){.id = id, .in_imagestore = in_imagestore, .parts = parts};
        return 0;
}

static int check_driver(const struct driver *driver, bool has_it, struct error *reterr) {
        return has_it ? 0
                      : error_set(reterr, -EOPNOTSUPP, "the %s driver has nothing of that kind",
                                  driver->name);
}

static int check_txn(const struct cstorage_txn *txn, struct error *reterr) {
        if (!txn_may_be_changed(txn))
                return error_set(reterr, -EINVAL, "the transaction was committed already");
        return txn_check_stale(txn, reterr);
}

/* ------------------------------------------------------------------------------- layers */

static int find_layer(const struct cstorage_snapshot *snapshot, const char *name, const struct item **ret,
                      struct error *reterr) {
        const struct item *item;
        int r;

        r = snapshot_find(snapshot, CSTORAGE_RECORD_FILE_LAYERS, name, &item);
        if (r == -EEXIST)
                return error_set(reterr, r, "the ids of several layers begin with \"%s\"", name);
        if (r < 0)
                return error_set(reterr, r, "there is no layer \"%s\"", name);
        if (!placement_is_ours(item->file))
                return error_set(reterr, -EROFS, "the layer \"%s\" is in the additional image store %s", name,
                                 item->file->root->path);
        *ret = item;
        return 0;
}

static int add_layer(struct cstorage_txn *txn, const struct item *item, uint64_t parts) {
        char *id = strdup(snapshot_item_id(CSTORAGE_RECORD_FILE_LAYERS, item));
        int r;

        if (!id)
                return -ENOMEM;
        r = add_repair(txn, id, item->file->root == &txn->store->roots[ROOT_IMAGE], parts);
        if (r < 0)
                free(id);
        return r;
}

static int repair_layer(struct cstorage_txn *txn, const char *id, uint64_t parts, struct error *reterr) {
        const struct item *item = NULL;
        int r;

        if (!txn || !id)
                return -EINVAL;
        if (parts == 0 || parts & ~PARTS)
                return error_set(reterr, -EINVAL, "no parts to repair, or undefined ones");

        r = check_txn(txn, reterr);
        if (r >= 0)
                r = check_driver(txn->store->driver, txn->store->driver->repair_layer, reterr);
        if (r >= 0)
                r = txn_load(txn, reterr);
        if (r >= 0)
                r = find_layer(txn_snapshot(txn), id, &item, reterr);
        return r < 0 ? r : add_layer(txn, item, parts);
}

_public_ int cstorage_txn_repair_layer(struct cstorage_txn *txn, const char *id, uint64_t parts,
                                       struct cstorage_error *reterr) {
        return error_end(reterr, repair_layer(txn, id, parts, error_begin(reterr)), "cannot repair a layer");
}

/* ------------------------------------------------------------------------------- short links */

static int repair_links(struct cstorage_txn *txn, bool in_imagestore, struct error *reterr) {
        const struct store_root *root;
        int r;

        if (!txn)
                return -EINVAL;

        r = check_txn(txn, reterr);
        if (r >= 0)
                r = check_driver(txn->store->driver, txn->store->driver->repair_links, reterr);
        if (r >= 0)
                r = txn_load(txn, reterr);
        if (r < 0)
                return r;

        root = &txn->store->roots[in_imagestore ? ROOT_IMAGE : ROOT_GRAPH];
        if (root->home_fd < 0)
                return error_set(reterr, -ENOENT, "there is no %s/%s", root->path ? root->path : "",
                                 txn->store->driver->name);
        return add_repair(txn, NULL, in_imagestore, CSTORAGE_PART_BIT(CSTORAGE_PART_SHORT_LINK));
}

_public_ int cstorage_txn_repair_links(struct cstorage_txn *txn, bool in_imagestore,
                                       struct cstorage_error *reterr) {
        return error_end(reterr, repair_links(txn, in_imagestore, error_begin(reterr)),
                         "cannot repair the short links");
}
