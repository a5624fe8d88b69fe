/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mounting. The mount point is an open directory, reached through /proc/self/fd, so that no path is resolved
 * twice. */

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/vfs.h>

#include "base/error.h"
#include "base/fd.h"
#include "driver/mount-syscalls.h"

#define OVERLAY_MAGIC 0x794c7630 /* linux/magic.h */
#define FUSE_MAGIC    0x65735546

#define FD_PATH_BYTES 32U

/* More mounts than this on one directory are never intended. */
#define STACKED_MAX 64U

static const char *fd_link(int fd, char buffer[static FD_PATH_BYTES]) {
        (void) snprintf(buffer, FD_PATH_BYTES, "/proc/self/fd/%d", fd);
        return buffer;
}

struct request {
        int target_fd, cwd_fd;
        unsigned long flags;
        const char *data;
        int result;
};

static int call_mount(const struct request *request) {
        char target[FD_PATH_BYTES];

        return mount("overlay", fd_link(request->target_fd, target), "overlay", request->flags,
                     request->data) < 0
                       ? negative_errno()
                       : 0;
}

/* The thread gets a working directory of its own. */
static void *mount_elsewhere(void *userdata) {
        struct request *request = userdata;

        if (unshare(CLONE_FS) < 0 || fchdir(request->cwd_fd) < 0)
                request->result = negative_errno();
        else
                request->result = call_mount(request);
        return NULL;
}

static int start_thread(pthread_t *ret, struct request *request) {
        sigset_t all, before;
        int r;

        (void) sigfillset(&all);
        (void) pthread_sigmask(SIG_SETMASK, &all, &before);
        r = pthread_create(ret, NULL, mount_elsewhere, request);
        (void) pthread_sigmask(SIG_SETMASK, &before, NULL);
        return -r;
}

int mount_overlay(int target_fd, unsigned long flags, const char *data, int cwd_fd) {
        struct request request = {.target_fd = target_fd, .cwd_fd = cwd_fd, .flags = flags, .data = data};
        pthread_t thread;
        int r;

        if (cwd_fd < 0)
                return call_mount(&request);

        r = start_thread(&thread, &request);
        if (r < 0)
                return r;
        (void) pthread_join(thread, NULL);
        return request.result;
}

static int is_overlay(int dirfd, const char *name) {
        _cleanup_close_ int fd = open_beneath(dirfd, name, O_PATH);
        struct statfs st;

        if (fd < 0)
                return fd;
        if (fstatfs(fd, &st) < 0)
                return negative_errno();
        return st.f_type == OVERLAY_MAGIC || st.f_type == FUSE_MAGIC;
}

int mount_probe(int dirfd, const char *name, bool *ret_overlay) {
        struct identity dir, entry;
        int r;

        r = identity_at(dirfd, "", &dir);
        if (r >= 0)
                r = identity_at(dirfd, name, &entry);
        if (r < 0)
                return r;
        if (entry.mnt_id == dir.mnt_id)
                return 0;

        r = is_overlay(dirfd, name);
        if (r < 0)
                return r;
        *ret_overlay = r > 0;
        return 1;
}

static int detach_one(int dirfd, const char *name) {
        _cleanup_close_ int fd = open_beneath(dirfd, name, O_PATH);
        char target[FD_PATH_BYTES];

        if (fd < 0)
                return fd;
        return umount2(fd_link(fd, target), MNT_DETACH) < 0 ? negative_errno() : 0;
}

int mount_detach(int dirfd, const char *name) {
        bool overlay;
        int r = 1;

        for (size_t i = 0; i < STACKED_MAX && r > 0; i++) {
                r = mount_probe(dirfd, name, &overlay);
                if (r <= 0)
                        return r;
                r = detach_one(dirfd, name);
                r = r < 0 ? r : 1;
        }
        return r < 0 ? r : -EBUSY;
}

/* 1 or 0. A mount point is the root of a mount, so its ".." is on another mount. */
static int is_mount_point(const char *path) {
        _cleanup_close_ int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
        struct identity here, above;
        int r;

        if (fd < 0)
                return negative_errno();
        r = identity_at(fd, "", &here);
        if (r >= 0)
                r = identity_at(fd, "..", &above);
        return r < 0 ? r : here.mnt_id != above.mnt_id;
}

int mount_make_private(const char *path) {
        int r;

        r = is_mount_point(path);
        if (r < 0)
                return r;
        if (r == 0 && mount(path, path, NULL, MS_BIND, NULL) < 0)
                return negative_errno();
        return mount(NULL, path, NULL, MS_PRIVATE, NULL) < 0 ? negative_errno() : 0;
}
