/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making the requested repairs, with the locks held and after all other changes of a commit. */

#include <string.h>

#include "base/array.h"
#include "snapshot/index.h"
#include "snapshot/placement.h"
#include "snapshot/recorded-layer.h"
#include "store/driver-homes.h"
#include "txn/txn.h"

/* Each try removes garbage from the trash. */
#define FULL_DISK_TRIES_MAX 64

#define BIT(part) CSTORAGE_PART_BIT(CSTORAGE_PART_##part)

/* The short links of all layers are made before the files that contain their names. */
static const uint64_t phases[] = {
        BIT(DIFF) | BIT(LINK) | BIT(SHORT_LINK),
        BIT(LOWER) | BIT(LOWER_LAYERS) | BIT(EMPTY) | BIT(WORK) | BIT(MERGED),
};

/* Names of the parts, for messages. */
static const char *const part_names[] = {
        [CSTORAGE_PART_DIRECTORY] = "directory", [CSTORAGE_PART_DIFF] = "diff",
        [CSTORAGE_PART_LINK] = "link",           [CSTORAGE_PART_SHORT_LINK] = "short link",
        [CSTORAGE_PART_LOWER] = "lower",         [CSTORAGE_PART_LOWER_LAYERS] = "lower-layers",
        [CSTORAGE_PART_EMPTY] = "empty",         [CSTORAGE_PART_WORK] = "work",
        [CSTORAGE_PART_MERGED] = "merged",
};

/* The repairs of a commit. */
struct repairing {
        struct cstorage_txn *txn;
        const struct cstorage_snapshot *snapshot;
        const struct mountinfo *mounts;
        struct driver_homes homes;
};

/* Layers above another one. */
struct above {
        struct layer_above *items;
        size_t n, cap;
};

static void above_done(struct above *above) {
        free(above->items);
}

/* ------------------------------------------------------------------------------- layers above */

static bool find_position(const struct recorded_layer *layer, const char *id, size_t *ret) {
        for (size_t i = 0; layer->parents && layer->parents[i]; i++)
                if (strcmp(layer->parents[i], id) == 0) {
                        *ret = i;
                        return true;
                }
        return false;
}

static int add_above(struct above *above, const struct recorded_layer *layer, size_t position) {
        int r;

        r = ARRAY_RESERVE(above->items, above->cap, above->n + 1);
        if (r >= 0)
                above->items[above->n++] = (struct layer_above){layer->id, layer->home, position};
        return r;
}

/* A layer whose directory cannot be examined is omitted: its own repair fails. */
static int find_above(const struct repairing *repairing, const char *id, struct above *ret) {
        const struct items *layers = &repairing->snapshot->kinds[CSTORAGE_RECORD_FILE_LAYERS];
        int r = 0;

        for (size_t i = 0; i < layers->n && r >= 0; i++) {
                struct described_layer described;
                size_t position;

                if (placement_is_ours(layers->items[i].file) &&
                    recorded_layer_describe(repairing->snapshot, &layers->items[i], &repairing->homes.homes,
                                            &described, NULL) >= 0 &&
                    described.directory == CSTORAGE_STATE_OK &&
                    find_position(&described.layer, id, &position))
                        r = add_above(ret, &described.layer, position);
        }
        return r;
}

/* ------------------------------------------------------------------------------- one layer */

static int not_repairable(uint64_t parts, const char *id, struct error *reterr) {
        for (size_t i = 0; i < ARRAY_SIZE(part_names); i++)
                if (parts & CSTORAGE_PART_BIT(i))
                        return error_set(reterr, -EBADMSG, "the %s of layer %s cannot be repaired",
                                         part_names[i], id);
        return 0;
}

/* A layer that is mounted in another mount namespace looks unmounted here. Its mount point may contain files
 * that the mount covers; they must not be moved while mountpoints.json lists the layer. */
static int check_mount(const struct repairing *repairing, const struct cstorage_layer_stat *stat,
                       const char *id, uint64_t parts, struct error *reterr) {
        if (!(parts & BIT(MERGED)) || stat->parts[CSTORAGE_PART_MERGED] != CSTORAGE_STATE_NOT_EMPTY ||
            !recorded_layer_is_mounted(repairing->snapshot, id))
                return 0;
        return error_set(reterr, -EBUSY, "the layer %s is mounted: mountpoints.json lists it", id);
}

/* On a full disk, whether another try can succeed. */
static bool make_room(const struct repairing *repairing, int code, int tries) {
        return is_full(code) && tries < FULL_DISK_TRIES_MAX &&
               trash_free_space(repairing->txn->trash, repairing->mounts);
}

static int run_driver(struct repairing *repairing, const struct recorded_layer *layer,
                      const struct cstorage_layer_stat *stat, uint64_t parts, struct layer_repair *ret,
                      struct error *reterr) {
        const struct driver *driver = repairing->txn->store->driver;
        int r;

        r = driver->repair_layer(&repairing->homes.homes, layer, stat, parts, ret, reterr);
        for (int i = 0; make_room(repairing, r, i); i++)
                r = driver->repair_layer(&repairing->homes.homes, layer, stat, parts & ~ret->done, ret,
                                         reterr);
        return r;
}

static int repair_parts(struct repairing *repairing, struct described_layer *described,
                        const struct cstorage_layer_stat *stat, uint64_t parts, struct layer_repair *ret,
                        struct error *reterr) {
        _cleanup_(above_done) struct above above = {0};
        int r = 0;

        if (parts == 0)
                return 0;
        if (parts & (BIT(LINK) | BIT(SHORT_LINK)))
                r = find_above(repairing, described->layer.id, &above);
        if (r < 0)
                return r;

        described->layer.above = above.items;
        described->layer.n_above = above.n;
        return run_driver(repairing, &described->layer, stat, parts, ret, reterr);
}

static int repair_item(struct repairing *repairing, const struct item *item, uint64_t parts,
                       struct layer_repair *ret, struct error *reterr) {
        struct described_layer described;
        struct cstorage_layer_stat stat;
        int r;

        r = recorded_layer_describe(repairing->snapshot, item, &repairing->homes.homes, &described, reterr);
        if (r >= 0)
                r = recorded_layer_examine(repairing->snapshot, item, &described, &repairing->homes.homes,
                                           &stat, reterr);
        if (r < 0)
                return r;
        if (described.directory != CSTORAGE_STATE_OK)
                return error_set(reterr, -ENOENT, "the layer %s has no directory", described.layer.id);

        r = check_mount(repairing, &stat, described.layer.id, parts, reterr);
        if (r >= 0)
                r = repair_parts(repairing, &described, &stat, parts & stat.repairable, ret, reterr);
        if (r < 0)
                return r;
        return not_repairable(parts & stat.damaged & ~stat.repairable, described.layer.id, reterr);
}

/* ------------------------------------------------------------------------------- requests */

/* Keep the first error of a repair. A call returned code and set error; if it succeeded after a failed try,
 * error still contains the error of that try and is ignored. */
static void note_error(struct cstorage_repair *repair, int code, struct error *error) {
        if (code >= 0 || repair->error.code < 0)
                return;
        if (error->code != code)
                error_errno(error, code, "cannot repair it");
        repair->error = *error;
}

static void repair_layer(struct repairing *repairing, struct cstorage_repair *repair, uint64_t phase) {
        struct error error = {0};
        const struct item *item;
        int r;

        if (!repair->id || !(repair->parts & phase))
                return;

        item = snapshot_find_id_in(repairing->snapshot, CSTORAGE_RECORD_FILE_LAYERS, NULL, repair->id);
        if (!item)
                r = error_set(&error, -ENOENT, "the layer %s was deleted", repair->id);
        else
                r = repair_item(repairing, item, repair->parts & phase, &repair->result, &error);
        note_error(repair, r, &error);
}

/* If one fails, the short links of the other layers are made nevertheless. */
static void make_all_links(struct repairing *repairing, struct cstorage_repair *repair, enum root root) {
        const struct items *layers = &repairing->snapshot->kinds[CSTORAGE_RECORD_FILE_LAYERS];

        for (size_t i = 0; i < layers->n; i++) {
                struct described_layer described;
                struct error error = {0};
                int r;

                if (!placement_is_ours(layers->items[i].file) ||
                    recorded_layer_describe(repairing->snapshot, &layers->items[i], &repairing->homes.homes,
                                            &described, NULL) < 0 ||
                    described.directory != CSTORAGE_STATE_OK || described.layer.home != root)
                        continue;
                r = repair_item(repairing, &layers->items[i], BIT(SHORT_LINK), &repair->result, &error);
                note_error(repair, r, &error);
        }
}

static void repair_links(struct repairing *repairing, struct cstorage_repair *repair) {
        const enum root root = repair->in_imagestore ? ROOT_IMAGE : ROOT_GRAPH;
        const struct driver *driver = repairing->txn->store->driver;
        const int fd = repairing->homes.homes.fds[root];
        struct error error = {0};
        int r;

        if (repair->id)
                return;

        r = fd < 0 ? -ENOENT : driver->repair_links(fd, &error);
        for (int i = 0; make_room(repairing, r, i); i++)
                r = driver->repair_links(fd, &error);
        note_error(repair, r, &error);
        if (r > 0)
                make_all_links(repairing, repair, root);
}

static int begin(struct cstorage_txn *txn, struct repairing *ret, struct error *reterr) {
        int r;

        r = txn_load(txn, reterr);
        if (r < 0)
                return r;
        ret->snapshot = txn_snapshot(txn);
        return driver_homes_open(txn->store, &ret->homes, reterr);
}

static void fail_all(struct cstorage_trash *trash, int code, struct error *error) {
        for (size_t i = 0; i < trash->n_repairs; i++)
                note_error(&trash->repairs[i], code, error);
}

void txn_make_repairs(struct cstorage_txn *txn, const struct mountinfo *mounts) {
        struct repairing repairing = {.txn = txn, .mounts = mounts, .homes = DRIVER_HOMES_INIT};
        struct cstorage_trash *trash = txn->trash;
        struct error error = {0};
        int r;

        if (trash->n_repairs == 0)
                return;

        r = begin(txn, &repairing, &error);
        if (r < 0) {
                fail_all(trash, r, &error);
                return;
        }
        for (size_t i = 0; i < trash->n_repairs; i++)
                repair_links(&repairing, &trash->repairs[i]);
        for (size_t phase = 0; phase < ARRAY_SIZE(phases); phase++)
                for (size_t i = 0; i < trash->n_repairs; i++)
                        repair_layer(&repairing, &trash->repairs[i], phases[phase]);
        driver_homes_done(&repairing.homes);
}
