/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The home of the vfs driver (drivers/vfs/driver.go): each layer is a full copy without lowers. */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/owner.h"
#include "driver/content.h"
#include "driver/layer-dir.h"
#include "driver/stale-layer.h"
#include "tree/copy.h"

#define NAME       "vfs"
#define LAYERS_DIR "dir"
#define TEMP_ROOT  "tempdirs"

#define HOME_MODE 0700

static const struct leftover_dirs leftover_dirs = {.layers_dir = LAYERS_DIR, .temp_root = TEMP_ROOT};

/* The driver has a separate directory for layers, without entries of its own. It may be the root of a file
 * system. */
static bool vfs_is_own_name(const char *name) {
        return strcmp(name, "lost+found") == 0;
}

static int vfs_error(struct error *reterr, int code, int dirfd, const char *name, const char *what) {
        _cleanup_free_ char *path = path_below(dirfd, name);

        return error_errno(reterr, code, "%s %s", what, path ? path : name);
}

static int make_dir(int dirfd, const char *name, struct error *reterr) {
        if (owned_mkdirat(dirfd, name, HOME_MODE) < 0 && errno != EEXIST)
                return vfs_error(reterr, negative_errno(), dirfd, name, "cannot make");
        return 0;
}

static int vfs_make_home(int root_fd, struct error *reterr) {
        _cleanup_close_ int fd = -1;
        int r;

        r = make_dir(root_fd, NAME, reterr);
        if (r < 0)
                return r;
        fd = open_dir_beneath(root_fd, NAME);
        if (fd < 0)
                return vfs_error(reterr, fd, root_fd, NAME, "cannot open");

        r = make_dir(fd, LAYERS_DIR, reterr);
        return r < 0 ? r : TAKE_FD(fd);
}

/* Create an empty directory with the owner and mode of the parent's. Returns a descriptor of it. */
static int make_like(int parent_fd, const struct dir_access *access, int dirfd, const char *name) {
        struct dir_access parents;
        int fd, r;

        if (parent_fd >= 0) {
                r = content_access(parent_fd, &parents);
                if (r < 0)
                        return r;
                access = &parents;
        }

        r = dir_make_with(dirfd, name, access);
        if (r < 0)
                return r;
        fd = open_dir_beneath(dirfd, name);
        if (fd < 0)
                (void) unlinkat(dirfd, name, AT_REMOVEDIR);
        return fd;
}

/* Copy the contents of the parent. On failure, a part of the copy may stay. */
static int fill_like(int parent_fd, int fd, const char *parent, struct error *reterr) {
        struct error error;
        int r;

        if (parent_fd < 0)
                return 0;
        r = copy_tree(parent_fd, fd, &error);
        return r < 0 ? error_set(reterr, r, "layer %.12s: %.200s", parent, error.text) : 0;
}

static int open_parent(const struct homes *homes, const char *parent, struct error *reterr) {
        size_t index;

        return driver_open_layer(LAYERS_DIR, homes, parent, &index, reterr);
}

/* Create an empty layer, after removing a stale one. Returns a descriptor of it. */
static int make_layer(int home_fd, const struct new_layer *layer, int parent_fd, struct error *reterr) {
        const struct dir_access access = {CONTENT_MODE, layer->uid, layer->gid};
        char path[LAYER_PATH_MAX];
        int fd;

        (void) driver_layer_path(LAYERS_DIR, layer->id, "", path);
        fd = make_like(parent_fd, &access, home_fd, path);
        if (fd == -EEXIST) {
                int r = stale_layer_remove(&leftover_dirs, home_fd, layer->id, reterr);

                if (r < 0)
                        return r;
                fd = make_like(parent_fd, &access, home_fd, path);
        }
        return fd < 0 ? vfs_error(reterr, fd, home_fd, path, "cannot make") : fd;
}

static int vfs_create_layer(const struct homes *homes, int home_fd, const struct new_layer *layer,
                            struct error *reterr) {
        const char *parent = layer->parents ? layer->parents[0] : NULL;
        _cleanup_close_ int parent_fd = -1, fd = -1;
        int r;

        if (parent) {
                parent_fd = open_parent(homes, parent, reterr);
                if (parent_fd < 0)
                        return parent_fd;
        }
        r = make_dir(home_fd, LAYERS_DIR, reterr);
        if (r < 0)
                return r;

        fd = make_layer(home_fd, layer, parent_fd, reterr);
        if (fd < 0 || layer->content_follows)
                return fd < 0 ? fd : 0;
        r = fill_like(parent_fd, fd, parent, reterr);
        if (r < 0)
                (void) stale_layer_remove(&leftover_dirs, home_fd, layer->id, NULL);
        return r;
}

/* If the copy of the parent fails, the caller deletes its rest with the temp dir. */
static int vfs_make_content(const struct homes *homes, const char *parent, int dirfd, const char *name,
                            struct error *reterr) {
        const struct dir_access access = {CONTENT_MODE, OWNER_OF_PARENT, OWNER_OF_PARENT};
        _cleanup_close_ int parent_fd = -1, fd = -1;
        int r;

        if (parent) {
                parent_fd = open_parent(homes, parent, reterr);
                if (parent_fd < 0)
                        return parent_fd;
        }
        fd = make_like(parent_fd, &access, dirfd, name);
        if (fd < 0)
                return vfs_error(reterr, fd, dirfd, name, "cannot make");

        r = fill_like(parent_fd, fd, parent, reterr);
        return r < 0 ? r : TAKE_FD(fd);
}

/* rename(2) replaces an empty directory in one step. */
static int vfs_put_content(int home_fd, const char *id, int dirfd, const char *name, struct error *reterr) {
        char path[LAYER_PATH_MAX];

        (void) driver_layer_path(LAYERS_DIR, id, "", path);
        if (renameat(dirfd, name, home_fd, path) >= 0)
                return 0;
        return vfs_error(reterr, errno == EEXIST ? -ENOTEMPTY : negative_errno(), home_fd, path,
                         "cannot put the content of a layer in place as");
}

static int vfs_open_content(const struct homes *homes, const char *id, struct error *reterr) {
        size_t index;

        return driver_open_layer(LAYERS_DIR, homes, id, &index, reterr);
}

/* ------------------------------------------------------------------------------------------- mounts */

/* A layer outside of the graphroot that does not exist yet belongs to the image store, the second home. */
static int home_of(const struct homes *homes, bool in_graphroot, const char *id) {
        _cleanup_close_ int fd = -1;
        size_t index = in_graphroot ? 0 : 1;

        if (!in_graphroot)
                fd = driver_open_layer(LAYERS_DIR, homes, id, &index, NULL);
        return index < homes->n && homes->fds[index] >= 0 ? homes->fds[index] : -ENOENT;
}

static int vfs_mount_path(const struct homes *homes, bool in_graphroot, const char *id, char **ret) {
        int home_fd = home_of(homes, in_graphroot, id);
        char path[LAYER_PATH_MAX];
        char *full;

        if (home_fd < 0)
                return home_fd;
        full = path_below(home_fd, driver_layer_path(LAYERS_DIR, id, "", path));
        if (!full)
                return -ENOMEM;
        *ret = full;
        return 0;
}

/* Layers are full copies and need no mount (vfs/driver.go:Get, Put). */
static int vfs_mount(const struct homes *homes, const struct layer_mount *mount, struct error *reterr) {
        _cleanup_close_ int fd = -1;

        for (size_t i = 0; mount->options && mount->options[i]; i++)
                if (strcmp(mount->options[i], "ro") != 0)
                        return error_set(reterr, -EINVAL, "the vfs driver knows no mount options: %.64s",
                                         mount->options[i]);
        fd = vfs_open_content(homes, mount->id, reterr);
        return fd < 0 ? fd : 0;
}

static int vfs_unmount(const struct homes *homes, const char *id, struct error *reterr) {
        (void) homes;
        (void) id;
        (void) reterr;
        return 0;
}

const struct driver driver_vfs = {
        .name = NAME,
        .layers_dir = LAYERS_DIR,
        .temp_root = TEMP_ROOT,
        .is_own_name = vfs_is_own_name,
        .make_home = vfs_make_home,
        .create_layer = vfs_create_layer,
        .make_content = vfs_make_content,
        .put_content = vfs_put_content,
        .open_content = vfs_open_content,
        .mount_path = vfs_mount_path,
        .mount = vfs_mount,
        .unmount = vfs_unmount,
};
