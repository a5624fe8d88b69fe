/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A layer may contain files that even root cannot delete before their flags are cleared. */

#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/fd.h"
#include "tree/make-removable.h"
#include "tree/subvolume.h"

#define STUBBORN_FLAGS (FS_IMMUTABLE_FL | FS_APPEND_FL)

/* Returns 1 and the previous flags if some were cleared. */
static int clear_flags(int fd, int *ret_flags) {
        int flags, fewer;

        if (ioctl(fd, FS_IOC_GETFLAGS, &flags) < 0)
                return errno == ENOTTY || errno == EOPNOTSUPP ? 0 : negative_errno();
        if (!(flags & STUBBORN_FLAGS))
                return 0;

        fewer = flags & ~STUBBORN_FLAGS;
        if (ioctl(fd, FS_IOC_SETFLAGS, &fewer) < 0)
                return negative_errno();
        *ret_flags = flags;
        return 1;
}

static bool owner_may_all(mode_t mode) {
        return (mode & S_IRWXU) == S_IRWXU;
}

/* Make a read-only subvolume writable first: nothing else of it can be changed before. */
int make_dir_removable(int fd) {
        bool changed = subvolume_is(fd) && subvolume_make_writable(fd) > 0;
        struct stat st;
        int flags, r;

        r = clear_flags(fd, &flags);
        if (r < 0)
                return r;
        if (fstat(fd, &st) < 0)
                return negative_errno();
        if (owner_may_all(st.st_mode))
                return r > 0 || changed;
        if (fchmod(fd, (st.st_mode & 07777) | S_IRWXU) < 0)
                return negative_errno();
        return 1;
}

/* Open the object itself, without following a link, to examine it. */
static int open_object(int dirfd, const char *name, struct stat *ret) {
        _cleanup_close_ int fd = open_beneath_same_mount(dirfd, name, O_PATH);

        if (fd < 0)
                return fd;
        if (fstat(fd, ret) < 0)
                return negative_errno();
        return TAKE_FD(fd);
}

static void link_of(int fd, char path[static 64]) {
        (void) snprintf(path, 64, "/proc/self/fd/%d", fd);
}

static int reopen_object(int fd, int flags) {
        char path[64];
        int opened;

        link_of(fd, path);
        opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | flags);
        return opened < 0 ? negative_errno() : opened;
}

/* Change the mode first, because the directory cannot be opened without it. A directory whose flags forbid
 * the chmod(2) can be opened without it. */
int make_dir_removable_at(int dirfd, const char *name) {
        _cleanup_close_ int object = -1, fd = -1;
        bool changed = false;
        char path[64];
        struct stat st;
        int r;

        object = open_object(dirfd, name, &st);
        if (object < 0)
                return object;
        if (!S_ISDIR(st.st_mode))
                return -ENOTDIR;

        link_of(object, path);
        if (!owner_may_all(st.st_mode))
                changed = chmod(path, (st.st_mode & 07777) | S_IRWXU) >= 0;

        fd = reopen_object(object, O_DIRECTORY);
        if (fd < 0)
                return fd;
        r = make_dir_removable(fd);
        return r < 0 ? r : r > 0 || changed;
}

int make_file_removable_at(struct removable_file *ret, int dirfd, const char *name) {
        _cleanup_close_ int object = -1, fd = -1;
        struct stat st;
        int flags, r;

        object = open_object(dirfd, name, &st);
        if (object < 0)
                return object;
        if (!S_ISREG(st.st_mode))
                return 0;

        fd = reopen_object(object, 0);
        if (fd < 0)
                return fd;
        r = clear_flags(fd, &flags);
        if (r <= 0)
                return r;

        *ret = (struct removable_file){.fd = TAKE_FD(fd), .flags = flags};
        return 1;
}

void removable_file_done(struct removable_file *file) {
        struct stat st;

        if (file->fd < 0)
                return;
        if (fstat(file->fd, &st) >= 0 && st.st_nlink > 0)
                (void) ioctl(file->fd, FS_IOC_SETFLAGS, &file->flags);
        *file = (struct removable_file){.fd = close_fd(file->fd)};
}
