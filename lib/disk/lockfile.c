/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Creation of lock files that are locked from the start. */

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/owner.h"
#include "disk/lock.h"
#include "disk/lockfile.h"

#define LOCK_FILE_MODE 0600

/* An unusual umask or a default ACL may have changed the mode. */
static int fix_mode(int fd) {
        struct stat st;

        if (fstat(fd, &st) < 0)
                return negative_errno();
        if ((st.st_mode & 07777) == LOCK_FILE_MODE)
                return 0;
        return fchmod(fd, LOCK_FILE_MODE) < 0 ? negative_errno() : 0;
}

/* Before Linux 6.10, linkat(2) of a descriptor requires CAP_DAC_READ_SEARCH, which a rootless user lacks;
 * linkat(2) of a path in /proc requires /proc. */
static int give_name(int fd, int dirfd, const char *name) {
        char link[64];

        if (linkat(fd, "", dirfd, name, AT_EMPTY_PATH) >= 0)
                return 0;
        if (errno != ENOENT && errno != EPERM)
                return negative_errno();

        (void) snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
        return linkat(AT_FDCWD, link, dirfd, name, AT_SYMLINK_FOLLOW) < 0 ? negative_errno() : 0;
}

static int make_nameless(int dirfd, const char *name) {
        _cleanup_close_ int fd = -1;
        int r;

        fd = owned_openat(dirfd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, LOCK_FILE_MODE);
        if (fd < 0)
                return negative_errno();

        r = fix_mode(fd);
        if (r < 0)
                return r;
        r = lock_take_fd(fd, 0);
        if (r < 0)
                return r;
        r = give_name(fd, dirfd, name);
        if (r < 0)
                return r;
        return TAKE_FD(fd);
}

/* If another process already holds the lock, it takes the file for garbage and removes it; this function must
 * not. */
static int make_named(int dirfd, const char *name) {
        _cleanup_close_ int fd = -1;
        int r;

        fd = owned_openat(dirfd, name, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW, LOCK_FILE_MODE);
        if (fd < 0)
                return negative_errno();

        r = lock_take_fd(fd, 0);
        if (r == -ETIMEDOUT)
                return -EEXIST;
        if (r >= 0)
                r = lock_is_current(fd, dirfd, name);
        if (r == 0)
                return -EEXIST;
        if (r > 0)
                r = fix_mode(fd);
        if (r < 0) {
                (void) unlinkat(dirfd, name, 0);
                return r;
        }
        return TAKE_FD(fd);
}

/*
 * Errors of file systems, old kernels and other implementations on O_TMPFILE, or on linkat(2) of such a file.
 */
static bool is_unsupported(int r) {
        return r == -EOPNOTSUPP || r == -EISDIR || r == -EINVAL || r == -ENOENT || r == -EPERM ||
               r == -ENOSYS || r == -EXDEV;
}

int lock_file_make(int dirfd, const char *name) {
        int fd = make_nameless(dirfd, name);

        return is_unsupported(fd) ? make_named(dirfd, name) : fd;
}
