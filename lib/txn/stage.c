/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Stages: content of layers that do not exist yet (layers.go:stageWithUnlockedStore). Preparing it takes
 * time, so no lock of the store may be held meanwhile. It is in a temp dir whose lock is held: a Go process
 * leaves it alone, and deletes it if this process dies.
 */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/owner.h"
#include "disk/paths.h"
#include "driver/registry.h"
#include "format/name.h"
#include "store/driver-homes.h"
#include "txn/stage.h"

/* internal/tempdir/tempdir.go:StageAddition: a counter and a fixed name; one in each temp dir. */
#define ADDITION_NAME "0-addition"

#define LAYERS_DIR_MODE 0700
#define TAR_SPLIT_MODE  0600

_public_ struct cstorage_stage *cstorage_stage_free(struct cstorage_stage *stage) {
        if (!stage)
                return NULL;

        close_fd(stage->fd);
        temp_dir_discard(&stage->temp);
        temp_dir_discard(&stage->split);
        cstorage_store_unref(stage->store);
        free(stage->parent);
        free(stage);
        return NULL;
}

static struct cstorage_stage *stage_new(struct cstorage_store *store, const char *parent_id) {
        _cleanup_(cstorage_stage_freep) struct cstorage_stage *stage = calloc(1, sizeof(*stage));

        if (!stage)
                return NULL;
        stage->store = cstorage_store_ref(store);
        stage->root = store->roots[ROOT_IMAGE].path ? ROOT_IMAGE : ROOT_GRAPH;
        stage->temp = stage->split = TEMP_DIR_INIT;
        stage->fd = -1;
        stage->parent = parent_id ? strdup(parent_id) : NULL;
        return stage->parent || !parent_id ? TAKE_PTR(stage) : NULL;
}

/* Go makes the driver home when it opens a store. */
static int open_home(const struct cstorage_stage *stage, struct error *reterr) {
        const struct store_root *root = &stage->store->roots[stage->root];

        if (root->fd < 0)
                return error_errno(reterr, root->error, "cannot open %s", root->path);
        return stage->store->driver->make_home(root->fd, reterr);
}

static int make_content(struct cstorage_stage *stage, struct error *reterr) {
        const struct driver *driver = stage->store->driver;
        _cleanup_driver_homes_ struct driver_homes homes = DRIVER_HOMES_INIT;
        _cleanup_close_ int home_fd = -1;
        int r;

        home_fd = open_home(stage, reterr);
        if (home_fd < 0)
                return home_fd;
        r = driver_homes_open(stage->store, &homes, reterr);
        if (r < 0)
                return r;
        r = temp_dir_make(&stage->temp, home_fd, driver->temp_root, reterr);
        if (r < 0)
                return r;

        stage->fd =
                driver->make_content(&homes.homes, stage->parent, stage->temp.dir_fd, ADDITION_NAME, reterr);
        return stage->fd < 0 ? stage->fd : 0;
}

static int new_stage(struct cstorage_store *store, const char *parent_id, struct cstorage_stage **ret,
                     struct error *reterr) {
        _cleanup_(cstorage_stage_freep) struct cstorage_stage *stage = NULL;
        int r;

        if (!store || !ret)
                return -EINVAL;
        if (parent_id && !name_is_component(parent_id))
                return error_set(reterr, -EINVAL, "\"%.64s\" is no id of a layer", parent_id);

        r = driver_check_makes(store->driver, reterr);
        if (r < 0)
                return r;

        stage = stage_new(store, parent_id);
        if (!stage)
                return -ENOMEM;
        r = make_content(stage, reterr);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(stage);
        return 0;
}

_public_ int cstorage_stage_new(struct cstorage_store *store, const char *parent_id,
                                struct cstorage_stage **ret, struct cstorage_error *reterr) {
        return error_end(reterr, new_stage(store, parent_id, ret, error_begin(reterr)),
                         "cannot make room for the content of a layer");
}

_public_ int cstorage_stage_get_fd(const struct cstorage_stage *stage) {
        return stage->fd;
}

/* ---------------------------------------------------------------------------------------- tar-split */

static int make_layers_dir(const struct store_root *root, const char *path, struct error *reterr) {
        if (owned_mkdirat(root->fd, path, LAYERS_DIR_MODE) < 0 && errno != EEXIST)
                return error_errno(reterr, negative_errno(), "cannot make %s/%s", root->path, path);
        return 0;
}

/* The tar-split of an image layer, too, is in the graphroot (layers.go:tspath). */
static int make_split_dir(struct cstorage_stage *stage, struct error *reterr) {
        const struct store_root *root = &stage->store->roots[ROOT_GRAPH];
        char path[PATH_LENGTH_MAX];
        int r;

        r = make_layers_dir(root, path_of(PATH_LAYERS_DIR, stage->store->driver->name, path), reterr);
        if (r < 0)
                return r;
        return temp_dir_make(&stage->split, root->fd,
                             path_of(PATH_LAYERS_TEMP, stage->store->driver->name, path), reterr);
}

static int make_tar_split(struct cstorage_stage *stage, struct error *reterr) {
        int fd, r;

        if (!stage || stage->is_used)
                return -EINVAL;
        if (stage->split.lock_fd >= 0)
                return error_set(reterr, -EEXIST, "the content of this layer has a tar-split already");

        r = make_split_dir(stage, reterr);
        if (r < 0)
                return r;
        fd = create_beneath(stage->split.dir_fd, ADDITION_NAME, O_RDWR | O_EXCL, TAR_SPLIT_MODE);
        if (fd < 0)
                temp_dir_discard(&stage->split);
        return fd;
}

_public_ int cstorage_stage_make_tar_split(struct cstorage_stage *stage, struct cstorage_error *reterr) {
        return error_end(reterr, make_tar_split(stage, error_begin(reterr)), "cannot make a tar-split");
}

/* ----------------------------------------------------------------------------------------- commit */

int stage_put_content(struct cstorage_stage *stage, int home_fd, const char *id, struct error *reterr) {
        int r;

        if (stage->is_used)
                return error_set(reterr, -EINVAL, "the content of layer %s was used for another one before",
                                 id);
        r = stage->store->driver->put_content(home_fd, id, stage->temp.dir_fd, ADDITION_NAME, reterr);
        if (r >= 0)
                stage->is_used = true;
        return r;
}

bool stage_has_tar_split(const struct cstorage_stage *stage) {
        return stage->split.lock_fd >= 0;
}

static int sync_tar_split(const struct cstorage_stage *stage) {
        _cleanup_close_ int fd = open_beneath(stage->split.dir_fd, ADDITION_NAME, O_WRONLY);

        if (fd < 0)
                return fd;
        return fdatasync(fd) < 0 ? negative_errno() : 0;
}

static int put_tar_split(const struct cstorage_stage *stage, int dirfd, const char *name) {
        int r;

        r = sync_tar_split(stage);
        if (r < 0)
                return r;
        return renameat(stage->split.dir_fd, ADDITION_NAME, dirfd, name) < 0 ? negative_errno() : 0;
}

int stage_put_tar_split(struct cstorage_stage *stage, int dirfd, const char *name, struct error *reterr) {
        _cleanup_free_ char *path = NULL;
        int r;

        if (!stage_has_tar_split(stage))
                return -EINVAL;

        r = put_tar_split(stage, dirfd, name);
        if (r < 0) {
                path = path_below(dirfd, name);
                return error_errno(reterr, r, "cannot put a tar-split in place as %s", path ? path : name);
        }
        temp_dir_discard(&stage->split);
        return 0;
}
