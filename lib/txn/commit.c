/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The steps of a commit. If it ends early, by a failure or a crash, the store can be loaded, and the next
 * process, a Go process or this library, completes it: a layer is recorded as incomplete while it is made or
 * deleted, and a record is written after the objects that it refers to and removed before them.
 */

#include <string.h>

#include "base/array.h"
#include "snapshot/change.h"
#include "snapshot/index.h"
#include "txn/commit.h"

/* ----------------------------------------------------------------------------- the steps */

/* The mounts are read after the unmounts of this commit. */
static int look_at_what_goes(struct commit *commit) {
        const struct changes *changes = &commit->txn->changes;
        int r;

        if (!changes_have(changes, CHANGE_LAYER_GONE) && !changes_have(changes, CHANGE_DATA_GONE))
                return 0;

        r = mountinfo_read(NULL, &commit->mounts, commit->reterr);
        if (r < 0)
                return r;

        r = commit_find_removals(commit);
        if (r < 0)
                return r;
        return commit_check_runroot(commit);
}

static bool goes_an_image(const struct changes *changes) {
        for (size_t i = 0; i < changes->n; i++)
                if (changes->items[i].kind == CHANGE_DATA_GONE &&
                    changes->items[i].object == CSTORAGE_OBJECT_IMAGE)
                        return true;
        return false;
}

static int leave_out_image(struct commit *commit, const struct change *change) {
        const struct items *images = &commit->first->kinds[CSTORAGE_RECORD_FILE_IMAGES];
        const struct store_root *root = &commit->txn->store->roots[change->root];
        int r = 0;

        for (size_t i = images->n; i-- > 0 && r >= 0;)
                if (images->items[i].file->root == root &&
                    strcmp(snapshot_item_id(CSTORAGE_RECORD_FILE_IMAGES, &images->items[i]), change->id) == 0)
                        r = snapshot_remove(commit->first, &images->items[i]);
        return r;
}

/* So that after a crash no image is recorded whose layers are deleted. */
static int leave_out_images(struct commit *commit) {
        const struct changes *changes = &commit->txn->changes;
        int r;

        if (!goes_an_image(changes)) {
                commit->first = cstorage_snapshot_ref(commit->txn->before);
                return 0;
        }
        r = snapshot_derive_kind(commit->txn->before, CSTORAGE_RECORD_FILE_IMAGES, &commit->first);
        if (r < 0)
                return r;

        for (size_t i = 0; i < changes->n && r >= 0; i++)
                if (changes->items[i].kind == CHANGE_DATA_GONE &&
                    changes->items[i].object == CSTORAGE_OBJECT_IMAGE)
                        r = leave_out_image(commit, &changes->items[i]);
        return r;
}

static int save_images_first(struct commit *commit) {
        return commit_files(commit, CSTORAGE_RECORD_FILE_IMAGES, commit->first);
}

static void save_images_back(struct commit *commit) {
        (void) commit_files(commit, CSTORAGE_RECORD_FILE_IMAGES, commit->txn->before);
}

static int save_marked(struct commit *commit) {
        return commit_files(commit, CSTORAGE_RECORD_FILE_LAYERS, commit->marked);
}

static void save_layers_back(struct commit *commit) {
        (void) commit_files(commit, CSTORAGE_RECORD_FILE_LAYERS, commit->txn->before);
}

static int make_layers(struct commit *commit) {
        int r;

        r = commit_make_layers(commit);
        if (r < 0)
                return r;
        return commit_write_data(commit, CSTORAGE_OBJECT_LAYER);
}

static void unmake_layers(struct commit *commit) {
        commit_put_data_back(commit, CSTORAGE_OBJECT_LAYER);
        commit_unmake(commit, CHANGE_LAYER_MADE);
}

static int trash_layers(struct commit *commit) {
        return commit_trash(commit, commit->layer_items, commit->n_layer_items);
}

static void restore_layers(struct commit *commit) {
        commit_restore(commit->layer_items, commit->n_layer_items);
}

static int save_layers(struct commit *commit) {
        return commit_files(commit, CSTORAGE_RECORD_FILE_LAYERS, commit->now);
}

static void save_marked_again(struct commit *commit) {
        (void) commit_files(commit, CSTORAGE_RECORD_FILE_LAYERS, commit->marked);
}

static int save_images(struct commit *commit) {
        int r;

        r = commit_write_data(commit, CSTORAGE_OBJECT_IMAGE);
        if (r < 0)
                return r;
        return commit_files(commit, CSTORAGE_RECORD_FILE_IMAGES, commit->now);
}

static void save_images_first_again(struct commit *commit) {
        (void) commit_files(commit, CSTORAGE_RECORD_FILE_IMAGES, commit->first);
        commit_put_data_back(commit, CSTORAGE_OBJECT_IMAGE);
        commit_unmake(commit, CHANGE_IMAGE_MADE);
}

static int trash_data(struct commit *commit) {
        return commit_trash(commit, commit->data_items, commit->n_data_items);
}

static void restore_data(struct commit *commit) {
        commit_restore(commit->data_items, commit->n_data_items);
}

static int save_containers(struct commit *commit) {
        int r;

        r = commit_write_data(commit, CSTORAGE_OBJECT_CONTAINER);
        if (r < 0)
                return r;
        return commit_files(commit, CSTORAGE_RECORD_FILE_CONTAINERS, commit->now);
}

static void save_containers_back(struct commit *commit) {
        (void) commit_files(commit, CSTORAGE_RECORD_FILE_CONTAINERS, commit->txn->before);
        commit_put_data_back(commit, CSTORAGE_OBJECT_CONTAINER);
        commit_unmake(commit, CHANGE_CONTAINER_MADE);
}

static void sync_again(struct commit *commit) {
        (void) commit_sync_directories(commit);
}

static int save_mounts(struct commit *commit) {
        return commit_files(commit, CSTORAGE_RECORD_FILE_MOUNTS, commit->now);
}

static void save_mounts_back(struct commit *commit) {
        (void) commit_files(commit, CSTORAGE_RECORD_FILE_MOUNTS, commit->txn->before);
}

/*
 * The order: an image is recorded after its layers and removed before them. An incomplete layer is recorded
 * before its directory is made and before it is deleted. The layer of a container is deleted before the
 * container, so that it cannot be lost (store.go:DeleteContainer).
 */
static const struct step {
        const char *what;
        int (*run)(struct commit *commit);
        void (*undo)(struct commit *commit); /* also called if run failed; NULL: nothing to undo */
} steps[] = {
        {"unmount", commit_unmount, NULL},
        {"look at what goes", look_at_what_goes, NULL},
        {"leave images out", leave_out_images, NULL},
        {"mark layers as incomplete", commit_mark_layers, NULL},
        {"write the records", commit_prepare_files, sync_again},
        {"record which images stay", save_images_first, save_images_back},
        {"record layers as incomplete", save_marked, save_layers_back},
        {"make layers", make_layers, unmake_layers},
        {"take layers out", trash_layers, restore_layers},
        {"record the layers", save_layers, save_marked_again},
        {"record the images", save_images, save_images_first_again},
        {"take data out", trash_data, restore_data},
        {"record the containers", save_containers, save_containers_back},
        {"mount", commit_mount, commit_undo_mounts},
        {"record the mounts", save_mounts, save_mounts_back},
        {"sync the directories", commit_sync_directories, NULL},
};

/* ------------------------------------------------------------------------------ the loop */

static int run_steps(struct commit *commit) {
        struct error *reterr = commit->reterr;
        size_t i;
        int r = 0;

        for (i = 0; i < ARRAY_SIZE(steps) && r >= 0; i++) {
                r = steps[i].run(commit);
                if (r < 0 && reterr && reterr->code != r)
                        error_errno(reterr, r, "cannot %s", steps[i].what);
        }
        if (r >= 0)
                return 0;

        commit->reterr = NULL; /* keep the first cause */
        while (i-- > 0)
                if (steps[i].undo)
                        steps[i].undo(commit);
        return r;
}

/* The commit updates its snapshot. Holders of other references must not see that. */
static int take_snapshot(struct commit *commit) {
        struct cstorage_txn *txn = commit->txn;

        if (!snapshot_is_ours_alone(txn->now))
                return snapshot_derive(txn->now, &commit->now);

        commit->now = cstorage_snapshot_ref(txn->now);
        return 0;
}

static int prepare(struct commit *commit) {
        struct cstorage_txn *txn = commit->txn;
        int r;

        r = driver_homes_open(txn->store, &commit->homes, commit->reterr);
        if (r < 0)
                return r;

        r = take_snapshot(commit);
        if (r < 0)
                return r;

        commit->disk = calloc(commit->now->n_files + 1, sizeof(*commit->disk));
        if (!commit->disk)
                return -ENOMEM;
        for (size_t i = 0; i < commit->now->n_files; i++)
                commit->disk[i] = txn->before;
        return 0;
}

static void commit_done(struct commit *commit) {
        commit_forget_removals(commit);
        driver_homes_done(&commit->homes);
        mountinfo_free(commit->mounts);
        commit_forget_files(commit);
        free(commit->saves);
        cstorage_snapshot_unref(commit->now);
        cstorage_snapshot_unref(commit->first);
        cstorage_snapshot_unref(commit->marked);
        free(commit->disk);
}

/* The new records are known without reading them again. */
static void keep_snapshot(struct commit *commit) {
        struct cstorage_txn *txn = commit->txn;

        cstorage_snapshot_unref(txn->now);
        txn->now = TAKE_PTR(commit->now);
}

int commit_changes(struct cstorage_txn *txn, struct error *reterr) {
        _cleanup_(commit_done) struct commit commit = {
                .txn = txn,
                .homes = DRIVER_HOMES_INIT,
                .reterr = reterr,
        };
        int r;

        r = prepare(&commit);
        if (r < 0)
                return r;

        r = run_steps(&commit);
        if (r < 0)
                return r;

        commit_forget_data(&commit);
        commit_clear_runroot(&commit);
        keep_snapshot(&commit);
        return 0;
}
