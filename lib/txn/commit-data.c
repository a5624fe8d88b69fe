/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files and directories of objects besides their records. */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/newfile.h"
#include "base/owner.h"
#include "snapshot/object-dirs.h"
#include "tree/delete.h"
#include "txn/commit.h"
#include "txn/edit.h"

#define DATA_MODE     0600
#define USERDATA_MODE 0700

#define KEPT_NAME_MAX 32 /* ".tmp-old" and any number */

/* A new object is removed whole if the commit fails, and has no earlier data. */
static bool is_of_something_new(const struct commit *commit, const struct change *change) {
        static const enum change_kind made[] = {
                [CSTORAGE_OBJECT_LAYER] = CHANGE_LAYER_MADE,
                [CSTORAGE_OBJECT_IMAGE] = CHANGE_IMAGE_MADE,
                [CSTORAGE_OBJECT_CONTAINER] = CHANGE_CONTAINER_MADE,
        };

        return changes_find(&commit->txn->changes, made[change->object], change->object, change->id);
}

/* ------------------------------------------------------------------- earlier files */

/* The second name of the earlier file until the commit is done. */
static void kept_name(const struct commit *commit, const struct change *change,
                      char ret[static KEPT_NAME_MAX]) {
        (void) snprintf(ret, KEPT_NAME_MAX, NEWFILE_PREFIX "old%zu",
                        (size_t) (change - commit->txn->changes.items));
}

static int keep_datum(const struct commit *commit, struct change *change, int fd) {
        char kept[KEPT_NAME_MAX];

        kept_name(commit, change, kept);
        if (unlinkat(fd, kept, 0) < 0 && errno != ENOENT) /* from a commit that was killed */
                return negative_errno();
        if (linkat(fd, change->name, fd, kept, 0) == 0)
                change->kept = true;
        else if (errno == ENOENT)
                change->fresh = true;
        else
                return negative_errno();
        return 0;
}

/* If both names are still links to one file, renameat() does nothing. */
static void put_back_datum(const struct commit *commit, const struct change *change, int fd) {
        char kept[KEPT_NAME_MAX];

        kept_name(commit, change, kept);
        if (change->fresh)
                (void) unlinkat(fd, change->name, 0);
        if (change->kept)
                (void) renameat(fd, kept, fd, change->name);
        (void) unlinkat(fd, kept, 0);
}

static void put_back(const struct commit *commit, const struct change *change) {
        const struct store_root *root = &commit->txn->store->roots[change->root];
        _cleanup_free_ char *dir = object_dir(commit->txn->store, change->object, change->id);
        _cleanup_close_ int fd = dir ? open_dir_beneath(root->fd, dir) : -ENOMEM;

        if (fd < 0)
                return;
        if (change->kind == CHANGE_BIG_DATA)
                put_back_datum(commit, change, fd);
        else
                (void) unlinkat(fd, USERDATA_DIR, AT_REMOVEDIR);
        if (change->object == CSTORAGE_OBJECT_LAYER) /* the directory of a layer contains only big data */
                (void) unlinkat(root->fd, dir, AT_REMOVEDIR);
}

void commit_put_data_back(struct commit *commit, enum cstorage_object object) {
        struct changes *changes = &commit->txn->changes;

        for (size_t i = changes->n; i-- > 0;) {
                struct change *change = &changes->items[i];

                if (change->object != object || !change->done ||
                    (change->kind != CHANGE_BIG_DATA && change->kind != CHANGE_DIRECTORY))
                        continue;
                put_back(commit, change);
                change->done = false;
        }
}

static void forget_datum(const struct commit *commit, const struct change *change) {
        _cleanup_free_ char *dir = object_dir(commit->txn->store, change->object, change->id);
        _cleanup_close_ int fd =
                dir ? open_dir_beneath(commit->txn->store->roots[change->root].fd, dir) : -ENOMEM;
        char kept[KEPT_NAME_MAX];

        if (fd < 0)
                return;
        kept_name(commit, change, kept);
        (void) unlinkat(fd, kept, 0);
}

void commit_forget_data(struct commit *commit) {
        const struct changes *changes = &commit->txn->changes;

        for (size_t i = 0; i < changes->n; i++)
                if (changes->items[i].kept)
                        forget_datum(commit, &changes->items[i]);
}

/* --------------------------------------------------------------------------------- writing */

static int write_datum(struct commit *commit, struct change *change) {
        const struct iovec piece = {.iov_base = change->data, .iov_len = change->size};
        _cleanup_close_ int fd = -1;
        int r = 0;

        fd = object_open_dir(commit->txn->store, change->object, change->root, change->id, commit->reterr);
        if (fd < 0)
                return fd;

        if (!is_of_something_new(commit, change)) {
                change->done = true;
                r = keep_datum(commit, change, fd);
        }
        if (r >= 0)
                r = newfile_write(fd, change->name, &piece, 1, DATA_MODE, change->durable, NULL);
        return r < 0 ? error_errno(commit->reterr, r, "cannot write big data \"%s\" of the %s %s",
                                   change->name, object_name(change->object), change->id)
                     : 0;
}

static int make_userdata(struct commit *commit, struct change *change) {
        _cleanup_close_ int fd =
                object_open_dir(commit->txn->store, change->object, change->root, change->id, commit->reterr);

        if (fd < 0)
                return fd;
        if (owned_mkdirat(fd, USERDATA_DIR, USERDATA_MODE) == 0)
                change->done = true;
        else if (errno != EEXIST)
                return error_errno(commit->reterr, negative_errno(), "cannot make the directory of the %s %s",
                                   object_name(change->object), change->id);
        return 0;
}

int commit_write_data(struct commit *commit, enum cstorage_object object) {
        struct changes *changes = &commit->txn->changes;
        int r = 0;

        for (size_t i = 0; i < changes->n && r >= 0; i++) {
                struct change *change = &changes->items[i];

                if (change->object != object)
                        continue;
                if (change->kind == CHANGE_BIG_DATA)
                        r = write_datum(commit, change);
                else if (change->kind == CHANGE_DIRECTORY)
                        r = make_userdata(commit, change);
        }
        return r;
}

/* ---------------------------------------------------------------------------- the runroot */

/* The directory in the runroot is small, and a reboot empties it: it is deleted in place. */
static bool is_in_runroot(const struct change *change) {
        return change->kind == CHANGE_DATA_GONE && name_is_component(change->id);
}

static int check_runroot(struct commit *commit, const struct change *change) {
        const struct cstorage_store *store = commit->txn->store;
        _cleanup_free_ char *dir = object_dir(store, change->object, change->id), *path = NULL;

        if (!dir || asprintf(&path, "%s/%s", store->roots[ROOT_RUN].path, dir) < 0) {
                path = NULL;
                return -ENOMEM;
        }
        if (mountinfo_has_below(commit->mounts, path))
                return error_set(commit->reterr, -EBUSY, "something is mounted at or below %s", path);
        return 0;
}

int commit_check_runroot(struct commit *commit) {
        const struct changes *changes = &commit->txn->changes;
        int r = 0;

        for (size_t i = 0; i < changes->n && r >= 0; i++)
                if (is_in_runroot(&changes->items[i]))
                        r = check_runroot(commit, &changes->items[i]);
        return r;
}

static void clear_runroot(const struct cstorage_store *store, const struct change *change) {
        static const struct tree_options options = {.threads = 1};
        _cleanup_tree_result_ struct tree_result result = TREE_RESULT_INIT;
        _cleanup_free_ char *dir = object_dir(store, change->object, change->id);
        _cleanup_close_ int fd = -1;

        fd = dir ? open_dir_beneath(store->roots[ROOT_RUN].fd, dir) : -ENOMEM;
        if (fd < 0)
                return;
        if (tree_remove(fd, &options, &result, NULL) == 0)
                (void) unlinkat(store->roots[ROOT_RUN].fd, dir, AT_REMOVEDIR);
}

void commit_clear_runroot(struct commit *commit) {
        const struct changes *changes = &commit->txn->changes;

        for (size_t i = 0; i < changes->n; i++)
                if (is_in_runroot(&changes->items[i]))
                        clear_runroot(commit->txn->store, &changes->items[i]);
}
