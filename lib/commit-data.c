/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files and directories that objects have beside their records. */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/newfile.h"
#include "base/tree.h"
#include "commit.h"
#include "edit.h"
#include "objectdir.h"

#define DATA_MODE     0600
#define USERDATA_MODE 0700

static int write_datum(struct commit *commit, const struct change *change) {
        const struct iovec piece = {.iov_base = change->data, .iov_len = change->size};
        _cleanup_close_ int fd = -1;
        int r;

        fd = object_open_dir(commit->txn->store, change->object, change->root, change->id, commit->reterr);
        if (fd < 0)
                return fd;

        r = newfile_write(fd, change->name, &piece, 1, DATA_MODE, change->durable, NULL);
        return r < 0 ? error_errno(commit->reterr, r, "cannot write big data \"%s\" of the %s %s",
                                   change->name, object_name(change->object), change->id)
                     : 0;
}

static int make_userdata(struct commit *commit, const struct change *change) {
        _cleanup_close_ int fd =
                object_open_dir(commit->txn->store, change->object, change->root, change->id, commit->reterr);

        if (fd < 0)
                return fd;
        if (mkdirat(fd, USERDATA_DIR, USERDATA_MODE) < 0 && errno != EEXIST)
                return error_errno(commit->reterr, negative_errno(), "cannot make the directory of the %s %s",
                                   object_name(change->object), change->id);
        return 0;
}

int commit_write_data(struct commit *commit, enum cstorage_object object) {
        const struct changes *changes = &commit->txn->changes;
        int r = 0;

        for (size_t i = 0; i < changes->n && r >= 0; i++) {
                const struct change *change = &changes->items[i];

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

/* What lies there is small, and goes with the next reboot at the latest: it is deleted where it is. */
static bool is_in_runroot(const struct change *change) {
        return change->kind == CHANGE_DATA_GONE;
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
