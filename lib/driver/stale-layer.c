/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Removal of stale layers, left behind by a process that was killed while it created them. The Go library
 * removes one when it creates a layer of the same id (overlay.go:create): the ids of image layers are derived
 * from their content, so the next pull creates the same ones.
 */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/fd.h"
#include "disk/temp-dir.h"
#include "driver/layer-dir.h"
#include "driver/mountinfo.h"
#include "driver/stale-layer.h"

static int leftover_error(struct error *reterr, int code, int home_fd, const char *path, const char *what) {
        _cleanup_free_ char *full = path_below(home_fd, path);

        if (code == -EBUSY)
                return error_set(reterr, code,
                                 "%s is left of a layer, and something is mounted in it: unmount it",
                                 full ? full : path);
        return error_errno(reterr, code, "%s %s", what, full ? full : path);
}

static int refuse_mounts(int home_fd, const char *path, struct error *reterr) {
        _cleanup_(mountinfo_freep) struct mountinfo *mounts = NULL;
        _cleanup_free_ char *full = path_below(home_fd, path);
        int r;

        if (!full)
                return -ENOMEM;
        r = mountinfo_read(NULL, &mounts, reterr);
        if (r < 0)
                return r;
        return mountinfo_has_below(mounts, full) ? leftover_error(reterr, -EBUSY, home_fd, path, "") : 0;
}

/* 1, 0, or negative errno. */
static int leads_to(int home_fd, const char *link, const char *id) {
        _cleanup_free_ char *target = NULL;
        char target_id[ID_LENGTH + 1];
        int r;

        r = readlink_alloc_at(home_fd, link, &target);
        if (r < 0)
                return r == -ENOENT || r == -EINVAL ? 0 : r;
        return name_link_target(target, target_id) >= 0 && strcmp(target_id, id) == 0;
}

/* The killed process had not written the link yet, or not all of it. */
static bool is_no_link(int code) {
        return code == -ENOENT || code == -EBADMSG || code == -EBADF || code == -ELOOP || code == -ENOTDIR;
}

/* Move the link first, so that a crash in between does not leave a dangling one. There may be none yet. */
static int take_link(const struct leftover_dirs *dirs, int home_fd, const char *id, int temp_fd) {
        char link[LINK_ID_LENGTH + 1], from[LAYER_PATH_MAX], to[2 + sizeof(link)];
        int r;

        if (!dirs->links_dir)
                return 0;
        r = dirs->read_link(home_fd, id, link);
        if (r < 0)
                return is_no_link(r) ? 0 : r;

        (void) snprintf(from, sizeof(from), "%s/%s", dirs->links_dir, link);
        (void) snprintf(to, sizeof(to), "0-%s", link);
        r = leads_to(home_fd, from, id);
        if (r <= 0)
                return r;
        return renameat(home_fd, from, temp_fd, to) < 0 ? negative_errno() : 0;
}

/* If an empty directory cannot be renamed, remove it. The stub of a btrfs subvolume is such a directory. */
static int move_or_remove(int home_fd, const char *path, int temp_fd, const char *name) {
        int r = renameat(home_fd, path, temp_fd, name) < 0 ? negative_errno() : 0;

        if (r < 0 && r != -EBUSY && unlinkat(home_fd, path, AT_REMOVEDIR) >= 0)
                return 0;
        return r;
}

/* Names in a temp dir have the form of internal/tempdir/tempdir.go:StageDeletion. */
static int take_layer(int home_fd, const char *path, const char *id, int temp_fd, struct error *reterr) {
        char name[NAME_MAX + 1];
        int r;

        if (snprintf(name, sizeof(name), "1-%s", id) >= (int) sizeof(name))
                return leftover_error(reterr, -ENAMETOOLONG, home_fd, path, "cannot remove");
        r = move_or_remove(home_fd, path, temp_fd, name);
        return r < 0 ? leftover_error(reterr, r, home_fd, path, "cannot remove") : 0;
}

int stale_layer_remove(const struct leftover_dirs *dirs, int home_fd, const char *id, struct error *reterr) {
        _cleanup_temp_dir_ struct temp_dir temp = TEMP_DIR_INIT;
        char path[LAYER_PATH_MAX];
        struct identity there;
        int r;

        r = identity_at(home_fd, driver_layer_path(dirs->layers_dir, id, "", path), &there);
        if (r < 0)
                return r == -ENOENT ? 0 : leftover_error(reterr, r, home_fd, path, "cannot look at");
        r = refuse_mounts(home_fd, path, reterr);
        if (r < 0)
                return r;

        r = temp_dir_make(&temp, home_fd, dirs->temp_root, reterr);
        if (r < 0)
                return r;
        r = take_link(dirs, home_fd, id, temp.dir_fd);
        if (r < 0)
                (void) leftover_error(reterr, r, home_fd, path, "cannot remove the short link of");
        else
                r = take_layer(home_fd, path, id, temp.dir_fd, reterr);
        temp_dir_discard(&temp);
        return r;
}
