/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The content of overlay layers: the difference of a layer to its lowers (overlay.go:StartStagingDiffToApply,
 * CommitStagedLayer). */

#include <fcntl.h>
#include <stdio.h>

#include "base/fd.h"
#include "driver/content.h"
#include "driver/layer-dir.h"
#include "driver/overlay.h"

static int content_error(struct error *reterr, int code, int dirfd, const char *name, const char *what) {
        _cleanup_free_ char *path = path_below(dirfd, name);

        return error_errno(reterr, code, "%s %s", what, path ? path : name);
}

static int read_parent(const struct homes *homes, const char *parent, struct dir_access *ret,
                       struct error *reterr) {
        _cleanup_close_ int layer_fd = -1, fd = -1;
        size_t index;
        int r;

        layer_fd = driver_open_layer(OVERLAY_LAYERS_DIR, homes, parent, &index, reterr);
        if (layer_fd < 0)
                return layer_fd;

        fd = open_beneath(layer_fd, "diff", O_PATH | O_DIRECTORY);
        r = fd < 0 ? fd : content_access(fd, ret);
        return r < 0 ? content_error(reterr, r, layer_fd, "diff", "cannot look at") : 0;
}

int overlay_make_content(const struct homes *homes, const char *parent, int dirfd, const char *name,
                         struct error *reterr) {
        struct dir_access access = {.mode = CONTENT_MODE, .uid = OWNER_OF_PARENT, .gid = OWNER_OF_PARENT};
        int fd, r = 0;

        if (parent)
                r = read_parent(homes, parent, &access, reterr);
        if (r < 0)
                return r;

        r = dir_make_with(dirfd, name, &access);
        if (r < 0)
                return content_error(reterr, r, dirfd, name, "cannot make");
        fd = open_dir_beneath(dirfd, name);
        if (fd < 0) {
                (void) content_error(reterr, fd, dirfd, name, "cannot open");
                (void) unlinkat(dirfd, name, AT_REMOVEDIR);
        }
        return fd;
}

/* rename(2) replaces an empty directory in one step. */
int overlay_put_content(int home_fd, const char *id, int dirfd, const char *name, struct error *reterr) {
        char path[LAYER_PATH_MAX];

        (void) driver_layer_path(OVERLAY_LAYERS_DIR, id, "/diff", path);
        if (renameat(dirfd, name, home_fd, path) >= 0)
                return 0;
        return content_error(reterr, errno == EEXIST ? -ENOTEMPTY : negative_errno(), home_fd, path,
                             "cannot put the content of a layer in place as");
}

/*
 * With composefs, the files in diff have no names; an image of its own contains these (overlay/composefs.go).
 */
static bool has_composefs(int layer_fd) {
        return faccessat(layer_fd, "composefs-data/composefs.blob", F_OK, AT_SYMLINK_NOFOLLOW) >= 0;
}

int overlay_open_content(const struct homes *homes, const char *id, struct error *reterr) {
        _cleanup_close_ int layer_fd = -1;
        size_t index;
        int fd;

        layer_fd = driver_open_layer(OVERLAY_LAYERS_DIR, homes, id, &index, reterr);
        if (layer_fd < 0)
                return layer_fd;
        if (has_composefs(layer_fd))
                return error_set(reterr, -EOPNOTSUPP,
                                 "layer %s is kept as a composefs image, which cannot be read here", id);

        fd = open_dir_beneath(layer_fd, "diff");
        return fd < 0 ? content_error(reterr, fd, layer_fd, "diff", "cannot open") : fd;
}
