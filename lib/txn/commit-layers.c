/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* New layers: their directories and content, made between two saves of their records. */

#include <stdio.h>
#include <string.h>

#include "disk/id-random.h"
#include "driver/content.h"
#include "snapshot/change.h"
#include "snapshot/index.h"
#include "snapshot/object-dirs.h"
#include "snapshot/placement.h"
#include "txn/commit.h"
#include "txn/edit.h"
#include "txn/stage.h"

/* ------------------------------------------------------------------------------- marking */

/* Call this before any record is inserted: the positions in both snapshots are then equal. */
static int mark_made(struct commit *commit, const struct change *change) {
        static const struct amendment amendment = {"flags", INCOMPLETE_FLAG, "true"};
        _cleanup_(record_buffer_unrefp) struct record_buffer *record_buffer = NULL;
        const struct item *item =
                snapshot_find_id_in(commit->now, CSTORAGE_RECORD_FILE_LAYERS, NULL, change->id);
        size_t at = (size_t) (item - commit->now->kinds[CSTORAGE_RECORD_FILE_LAYERS].items);
        int r;

        r = record_buffer_amended(CSTORAGE_RECORD_FILE_LAYERS, item->record, &amendment, 1, &record_buffer,
                                  commit->reterr);
        if (r < 0)
                return r;
        return snapshot_replace(commit->marked, &commit->marked->kinds[CSTORAGE_RECORD_FILE_LAYERS].items[at],
                                record_buffer);
}

/* Without its names, which another layer may have now. */
static int mark_going(struct commit *commit, const struct item *item) {
        static const struct amendment amendments[] = {{"flags", INCOMPLETE_FLAG, "true"},
                                                      {"names", NULL, NULL}};
        const struct cstorage_snapshot *before = commit->txn->before;
        _cleanup_(record_buffer_unrefp) struct record_buffer *record_buffer = NULL;
        int r;

        r = record_buffer_amended(CSTORAGE_RECORD_FILE_LAYERS, item->record, amendments,
                                  ARRAY_SIZE(amendments), &record_buffer, commit->reterr);
        if (r < 0)
                return r;
        return snapshot_insert(commit->marked, &commit->marked->files[item->file - before->files],
                               record_buffer);
}

static int mark_gone(struct commit *commit, const struct change *change) {
        const struct items *layers = &commit->txn->before->kinds[CSTORAGE_RECORD_FILE_LAYERS];

        for (size_t i = 0; i < layers->n; i++) {
                const struct item *item = &layers->items[i];
                int r;

                if (!placement_is_ours(item->file) ||
                    strcmp(snapshot_item_id(CSTORAGE_RECORD_FILE_LAYERS, item), change->id) != 0)
                        continue;
                r = mark_going(commit, item);
                if (r < 0)
                        return r;
        }
        return 0;
}

int commit_mark_layers(struct commit *commit) {
        const struct changes *changes = &commit->txn->changes;
        int r;

        if (!changes_have(changes, CHANGE_LAYER_MADE) && !changes_have(changes, CHANGE_LAYER_GONE)) {
                commit->marked = cstorage_snapshot_ref(commit->txn->before);
                return 0;
        }
        r = snapshot_derive_kind(commit->now, CSTORAGE_RECORD_FILE_LAYERS, &commit->marked);
        if (r < 0)
                return r;

        for (size_t i = 0; i < changes->n && r >= 0; i++)
                if (changes->items[i].kind == CHANGE_LAYER_MADE)
                        r = mark_made(commit, &changes->items[i]);
        for (size_t i = 0; i < changes->n && r >= 0; i++)
                if (changes->items[i].kind == CHANGE_LAYER_GONE)
                        r = mark_gone(commit, &changes->items[i]);
        return r;
}

/* -------------------------------------------------------------------------------- making */

int commit_find_parents(struct commit *commit, const struct layer *layer,
                        const char *ret[static LOWERS_MAX + 1]) {
        size_t n = 0;

        while (*layer->parent) {
                const struct item *parent =
                        snapshot_find_id(commit->now, CSTORAGE_RECORD_FILE_LAYERS, layer->parent);

                if (n == LOWERS_MAX)
                        return error_set(commit->reterr, -EMLINK,
                                         "more than %u layers would lie on each other", LOWERS_MAX);
                ret[n++] = layer->parent;
                if (!parent)
                        return error_set(commit->reterr, -ENOENT, "the layer %s, below others, has no record",
                                         layer->parent);
                layer = parent->record;
        }
        ret[n] = NULL;
        return 0;
}

/* idtools.go:GetRootUIDGID: the host id that id 0 maps to. */
static uint32_t root_of(const struct id_maps *maps) {
        for (size_t i = 0; i < maps->n; i++)
                if (maps->items[i].container_id == 0)
                        return maps->items[i].host_id;
        return maps->n > 0 ? 0 : OWNER_OF_PARENT;
}

static int put_content(struct commit *commit, const struct change *change, int home_fd) {
        const struct cstorage_store *store = commit->txn->store;
        _cleanup_free_ char *name = NULL;
        char dir[PATH_LENGTH_MAX];
        _cleanup_close_ int fd = -1;
        int r;

        r = stage_put_content(change->stage, home_fd, change->id, commit->reterr);
        if (r < 0 || !stage_has_tar_split(change->stage))
                return r;

        path_of(PATH_LAYERS_DIR, store->driver->name, dir);
        fd = open_dir_beneath(store->roots[ROOT_GRAPH].fd, dir);
        if (fd < 0)
                return error_errno(commit->reterr, fd, "cannot open %s/%s", store->roots[ROOT_GRAPH].path,
                                   dir);
        if (asprintf(&name, "%s" TAR_SPLIT_SUFFIX, change->id) < 0) {
                name = NULL;
                return -ENOMEM;
        }
        return stage_put_tar_split(change->stage, fd, name, commit->reterr);
}

static int make_layer(struct commit *commit, struct change *change) {
        const struct item *item =
                snapshot_find_id_in(commit->now, CSTORAGE_RECORD_FILE_LAYERS, NULL, change->id);
        const struct layer *layer = item->record;
        const char *parents[LOWERS_MAX + 1];
        char link[LINK_ID_LENGTH + 1];
        struct new_layer made = {
                .id = layer->id,
                .link = link,
                .parents = parents,
                .uid = root_of(&layer->uid_map),
                .gid = root_of(&layer->gid_map),
                .content_follows = change->stage,
        };
        int home_fd = commit->homes.homes.fds[change->root], r;

        r = commit_find_parents(commit, layer, parents);
        if (r < 0)
                return r;

        r = link_id_make(link);
        if (r < 0)
                return error_errno(commit->reterr, r, "cannot make up a short name");

        r = commit->txn->store->driver->create_layer(&commit->homes.homes, home_fd, &made, commit->reterr);
        if (r < 0)
                return r;
        change->done = true;
        return change->stage ? put_content(commit, change, home_fd) : 0;
}

int commit_make_layers(struct commit *commit) {
        struct changes *changes = &commit->txn->changes;

        for (size_t i = 0; i < changes->n; i++) {
                int r;

                if (changes->items[i].kind != CHANGE_LAYER_MADE)
                        continue;
                r = make_layer(commit, &changes->items[i]);
                if (r < 0)
                        return r;
        }
        return 0;
}
