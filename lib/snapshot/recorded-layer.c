/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the records contain about the parts of a layer on disk. */

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/identity.h"
#include "driver/layer-dir.h"
#include "snapshot/index.h"
#include "snapshot/placement.h"
#include "snapshot/recorded-layer.h"

/* The digest of an archive without entries: 1024 NUL bytes. */
#define EMPTY_ARCHIVE_DIGEST "sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"

/* ------------------------------------------------------------------------------- parents */

/*
 * A mapped layer is made on top of the layer that it copies, by an id-mapped mount of that: the layer is its
 * lower, but not its recorded parent (store.go:imageTopLayerForMapping, overlay.go:CreateFromTemplate).
 */
static bool is_mapped(const struct layer *layer) {
        return layer->uid_map.n > 0 || layer->gid_map.n > 0;
}

/* False if a parent has no record, if one layer is mapped, or if there are more than overlay.go:maxDepth, as
 * in a cycle. */
static bool find_parents(const struct cstorage_snapshot *snapshot, const struct layer *layer,
                         const char *ret[static LOWERS_MAX + 1]) {
        size_t n = 0;

        if (is_mapped(layer))
                return false;
        while (*layer->parent) {
                const struct item *parent =
                        snapshot_find_id(snapshot, CSTORAGE_RECORD_FILE_LAYERS, layer->parent);

                if (!parent || n == LOWERS_MAX || is_mapped(parent->record))
                        return false;
                layer = parent->record;
                ret[n++] = layer->id;
        }
        ret[n] = NULL;
        return true;
}

/* ------------------------------------------------------------------------------- content */

static bool is_of_container(const struct cstorage_snapshot *snapshot, const char *id) {
        const struct items *containers = &snapshot->kinds[CSTORAGE_RECORD_FILE_CONTAINERS];

        for (size_t i = 0; i < containers->n; i++) {
                const struct container *container = containers->items[i].record;

                if (strcmp(container->layer, id) == 0)
                        return true;
        }
        return false;
}

/* An error counts as a tar-split file: then nothing is known about the content. */
static bool has_tar_split(const struct cstorage_store *store, const char *id) {
        char dir[PATH_LENGTH_MAX];
        struct identity there;
        char *path;
        int r;

        path_of(PATH_LAYERS_DIR, store->driver->name, dir);
        if (asprintf(&path, "%s/%s" TAR_SPLIT_SUFFIX, dir, id) < 0)
                return true;
        r = identity_at(store->roots[ROOT_GRAPH].fd, path, &there);
        free(path);
        return r != -ENOENT;
}

/* Content that was imported has a digest (layers.go:applyDiffWithOptions). */
static bool is_known_empty(const struct cstorage_snapshot *snapshot, const struct layer *layer) {
        if (strcmp(layer->diff_digest, EMPTY_ARCHIVE_DIGEST) == 0)
                return true;
        if (*layer->diff_digest || *layer->toc_digest || *layer->compressed_digest)
                return false;
        return is_of_container(snapshot, layer->id) && !has_tar_split(snapshot->store, layer->id);
}

/* ------------------------------------------------------------------------------- directory */

/* podman follows a link in place of a layer directory (overlay.go:dir2 calls os.Stat), this library does not:
 * the layer is not examined. */
static int look_at_directory(const struct driver *driver, int home_fd, const char *id,
                             enum cstorage_part_state *ret) {
        char path[LAYER_PATH_MAX];
        struct identity there;
        int r = -ENOENT;

        if (home_fd >= 0 && driver_is_layer_id(id))
                r = identity_at(home_fd, driver_layer_path(driver->layers_dir, id, "", path), &there);
        if (r == -ENOENT || r == -ENOTDIR)
                *ret = CSTORAGE_STATE_MISSING;
        else if (r < 0)
                return r;
        else if (S_ISLNK(there.mode))
                *ret = CSTORAGE_STATE_UNKNOWN;
        else
                *ret = S_ISDIR(there.mode) ? CSTORAGE_STATE_OK : CSTORAGE_STATE_WRONG_TYPE;
        return 0;
}

/* podman uses the layer of that id in an additional image store, if this store has no directory of it. */
static bool is_in_additional_store(const struct driver *driver, const struct homes *homes, const char *id) {
        enum cstorage_part_state state;

        for (size_t i = ROOT_IMAGE + 1; i < homes->n; i++)
                if (look_at_directory(driver, homes->fds[i], id, &state) >= 0 &&
                    state != CSTORAGE_STATE_MISSING)
                        return true;
        return false;
}

/* Releases 1.53 to 1.57 recorded layers of the image store in the graphroot. The directory in an additional
 * image store is not examined: nothing may be repaired there. */
static int find_directory(const struct cstorage_store *store, const struct item *item,
                          const struct homes *homes, struct described_layer *ret, struct error *reterr) {
        const enum root first = item->file->root == &store->roots[ROOT_IMAGE] ? ROOT_IMAGE : ROOT_GRAPH;
        const enum root roots[] = {first, first == ROOT_IMAGE ? ROOT_GRAPH : ROOT_IMAGE};

        ret->directory = CSTORAGE_STATE_MISSING;
        ret->layer.home = first;
        for (size_t i = 0; i < ARRAY_SIZE(roots) && ret->directory == CSTORAGE_STATE_MISSING; i++) {
                int r = look_at_directory(store->driver, homes->fds[roots[i]], ret->layer.id,
                                          &ret->directory);

                if (r < 0)
                        return error_errno(reterr, r, "cannot examine the directory of layer %s",
                                           ret->layer.id);
                if (ret->directory != CSTORAGE_STATE_MISSING)
                        ret->layer.home = roots[i];
        }
        if (ret->directory == CSTORAGE_STATE_MISSING &&
            is_in_additional_store(store->driver, homes, ret->layer.id))
                ret->directory = CSTORAGE_STATE_UNKNOWN;
        return 0;
}

int recorded_layer_describe(const struct cstorage_snapshot *snapshot, const struct item *item,
                            const struct homes *homes, struct described_layer *ret, struct error *reterr) {
        const struct layer *record = item->record;

        assert(placement_is_ours(item->file));

        ret->layer = (struct recorded_layer){
                .id = record->id,
                .parents = find_parents(snapshot, record, ret->parents) ? ret->parents : NULL,
        };
        return find_directory(snapshot->store, item, homes, ret, reterr);
}

/* ------------------------------------------------------------------------------- examination */

static bool is_damage(enum cstorage_part_state state) {
        return state != CSTORAGE_STATE_NONE && state != CSTORAGE_STATE_OK && state != CSTORAGE_STATE_UNKNOWN;
}

static void add_up(struct cstorage_layer_stat *stat) {
        stat->damaged = 0;
        for (size_t i = 0; i < CSTORAGE_PARTS_MAX; i++)
                if (is_damage(stat->parts[i]))
                        stat->damaged |= CSTORAGE_PART_BIT(i);
        stat->repairable &= stat->damaged;
}

static void set_unknown(struct cstorage_layer_stat *stat) {
        for (size_t i = CSTORAGE_PART_DIFF; i <= CSTORAGE_PART_MERGED; i++)
                stat->parts[i] = CSTORAGE_STATE_UNKNOWN;
}

int recorded_layer_examine(const struct cstorage_snapshot *snapshot, const struct item *item,
                           const struct described_layer *described, const struct homes *homes,
                           struct cstorage_layer_stat *ret, struct error *reterr) {
        const struct driver *driver = snapshot->store->driver;
        struct cstorage_layer_stat stat = {0};
        int r = 0;

        stat.parts[CSTORAGE_PART_DIRECTORY] = described->directory;
        if (driver->examine_layer && described->directory == CSTORAGE_STATE_OK)
                r = driver->examine_layer(homes, &described->layer, &stat, reterr);
        else if (driver->examine_layer)
                set_unknown(&stat);
        if (r < 0)
                return r;

        stat.in_imagestore =
                described->directory != CSTORAGE_STATE_MISSING && described->layer.home == ROOT_IMAGE;
        add_up(&stat);
        if (stat.repairable & CSTORAGE_PART_BIT(CSTORAGE_PART_DIFF) &&
            !is_known_empty(snapshot, item->record))
                stat.repairable &= ~CSTORAGE_PART_BIT(CSTORAGE_PART_DIFF);
        *ret = stat;
        return 0;
}

bool recorded_layer_is_mounted(const struct cstorage_snapshot *snapshot, const char *id) {
        const struct items *mounts = &snapshot->kinds[CSTORAGE_RECORD_FILE_MOUNTS];

        for (size_t i = 0; i < mounts->n; i++) {
                const struct mount *mount = mounts->items[i].record;

                if (mount->count > 0 && strcmp(mount->id, id) == 0)
                        return true;
        }
        return false;
}
