/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The mount points of overlay layers (overlay.go:getMergedDir): layers in the graphroot are mounted in place,
 * in a home that is a private mount, and all others in the runroot. */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/fd.h"
#include "driver/content.h"
#include "driver/layer-dir.h"
#include "driver/mount-syscalls.h"
#include "driver/overlay-mountpoint.h"

void mountpoint_done(struct mountpoint *site) {
        close_fd(site->home_fd);
        close_fd(site->dir_fd);
        free(site->fds);
        *site = MOUNTPOINT_INIT;
}

int mountpoint_make_dir(int dirfd, const char *name) {
        const struct dir_access access = {MOUNTPOINT_MODE, OWNER_OF_PARENT, OWNER_OF_PARENT};
        int r = dir_make_with(dirfd, name, &access);

        return r == -EEXIST ? 0 : r;
}

static int check_same(int fd, int other_fd) {
        struct identity a, b;
        int r;

        r = identity_at(fd, "", &a);
        if (r >= 0)
                r = identity_at(other_fd, "", &b);
        if (r < 0)
                return r;
        return a.dev == b.dev && a.ino == b.ino ? 0 : -ESTALE;
}

/*
 * Any process may make the home a mount point (overlay.go:Init) or undo that, and so does this function. An
 * older descriptor leads to the directory below that mount, where new mounts are invisible. So open the home
 * again.
 */
static int reach_home(const struct homes *homes, bool make_private, int *ret, struct error *reterr) {
        _cleanup_free_ char *path = NULL;
        _cleanup_close_ int fd = -1;
        int r;

        r = fd_path(homes->fds[0], &path);
        if (r < 0)
                return error_errno(reterr, r, "cannot find the home of the driver");
        if (make_private && !homes->shares_mounts) {
                r = mount_make_private(path);
                if (r < 0)
                        return error_errno(reterr, r, "cannot make %s a private mount", path);
        }

        fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        r = fd < 0 ? negative_errno() : check_same(fd, homes->fds[0]);
        if (r < 0)
                return error_errno(reterr, r, "cannot reach %s", path);
        *ret = TAKE_FD(fd);
        return 0;
}

static int copy_homes(const struct homes *homes, struct mountpoint *site) {
        site->fds = calloc(homes->n, sizeof(*site->fds));
        if (!site->fds)
                return -ENOMEM;
        memcpy(site->fds, homes->fds, homes->n * sizeof(*site->fds));
        site->homes = *homes;
        site->homes.fds = site->fds;
        return 0;
}

/* Other processes may mount the layers of other stores at the same time, so each runroot has its own mount
 * points for them (overlay.go:getMergedDir). */
static int open_run_dir(const struct homes *homes, const char *id, bool make) {
        char path[LAYER_PATH_MAX];
        int r = 0;

        if (homes->runroot_fd < 0)
                return -ENOENT;
        if (make)
                r = mountpoint_make_dir(homes->runroot_fd, OVERLAY_NAME);
        (void) snprintf(path, sizeof(path), OVERLAY_NAME "/%s", id);
        if (make && r >= 0)
                r = mountpoint_make_dir(homes->runroot_fd, path);
        return r < 0 ? r : open_dir_beneath(homes->runroot_fd, path);
}

static int find_home(const struct homes *homes, const char *id, size_t *ret, struct error *reterr) {
        _cleanup_close_ int fd = driver_open_layer(OVERLAY_LAYERS_DIR, homes, id, ret, reterr);

        return fd < 0 ? fd : 0;
}

static int find_in_runroot(struct mountpoint *site, const char *id, bool make, struct error *reterr) {
        site->dir_fd = open_run_dir(&site->homes, id, make);
        if (site->dir_fd == -ENOENT && !make)
                return 0;
        return site->dir_fd < 0 ? error_errno(reterr, site->dir_fd,
                                              "cannot make room in the runroot to mount layer %s", id)
                                : 1;
}

static int find_in_home(struct mountpoint *site, const char *id, bool make, struct error *reterr) {
        int r;

        r = reach_home(&site->homes, make, &site->home_fd, reterr);
        if (r < 0)
                return r;
        site->fds[0] = site->home_fd;
        site->dir_fd = open_dir_beneath(site->home_fd, id);
        return site->dir_fd < 0
                       ? error_errno(reterr, site->dir_fd, "cannot open the directory of layer %s", id)
                       : 1;
}

int mountpoint_find(struct mountpoint *site, const struct homes *homes, const char *id, bool make,
                    struct error *reterr) {
        int r;

        r = copy_homes(homes, site);
        if (r >= 0)
                r = find_home(homes, id, &site->home, reterr);
        if (r < 0)
                return r;
        return site->home == 0 ? find_in_home(site, id, make, reterr)
                               : find_in_runroot(site, id, make, reterr);
}

int overlay_mount_path(const struct homes *homes, bool in_graphroot, const char *id, char **ret) {
        char path[LAYER_PATH_MAX + sizeof("overlay/")];
        int fd = in_graphroot ? homes->fds[0] : homes->runroot_fd;
        char *full;

        if (fd < 0)
                return -ENOENT;
        (void) snprintf(path, sizeof(path), "%s%s/" MOUNT_POINT, in_graphroot ? "" : "overlay/", id);
        full = path_below(fd, path);
        if (!full)
                return -ENOMEM;
        *ret = full;
        return 0;
}
