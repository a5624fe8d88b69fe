/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The namespaces that podman 6 keeps as file handles. */

#include "userns/podman-ns-handles.h"

#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"

/* Below the user's runtime directory, beside the pid file of the pause process of older releases. */
#define NS_HANDLES "libpod/tmp/ns_handles"

/* The kernel accepts this number in place of an open file of any namespace (linux/fcntl.h, Linux 6.18). */
#define NSFS_ROOT (-10003)

#define HANDLE_BYTES_MAX 128U /* linux/exportfs.h:MAX_HANDLE_SZ */

/* Like struct file_handle of name_to_handle_at(2), with space for the longest handle. */
struct ns_handle {
        uint32_t n_bytes;
        int32_t type;
        unsigned char bytes[HANDLE_BYTES_MAX];
};

struct ns_handles {
        struct ns_handle user, mount;
};

static int read_handles(struct ns_handles *handles) {
        const char *runtime = secure_getenv("XDG_RUNTIME_DIR");
        _cleanup_free_ char *path = NULL;
        _cleanup_close_ int fd = -1;

        if (!runtime || *runtime != '/')
                return -ENOENT;
        if (asprintf(&path, "%s/" NS_HANDLES, runtime) < 0)
                return -ENOMEM;
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (fd < 0)
                return negative_errno();
        if (read(fd, handles, sizeof(*handles)) != sizeof(*handles) ||
            handles->user.n_bytes > HANDLE_BYTES_MAX || handles->mount.n_bytes > HANDLE_BYTES_MAX)
                return -EBADMSG;
        return 0;
}

static int open_namespace(struct ns_handle *handle) {
        int fd = open_by_handle_at(NSFS_ROOT, (struct file_handle *) (void *) handle, O_RDONLY | O_CLOEXEC);

        return fd < 0 ? negative_errno() : fd;
}

int podman_ns_handles_join(void) {
        _cleanup_close_ int user_fd = -1, mount_fd = -1;
        struct ns_handles handles;
        int r;

        r = read_handles(&handles);
        if (r < 0)
                return r;
        mount_fd = open_namespace(&handles.mount);
        if (mount_fd < 0)
                return mount_fd;
        user_fd = open_namespace(&handles.user);
        if (user_fd < 0)
                return user_fd;

        if (setns(user_fd, CLONE_NEWUSER) < 0)
                return negative_errno();
        return setns(mount_fd, CLONE_NEWNS) < 0 ? -ENOTRECOVERABLE : 0;
}
