/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copying of file attributes. A device or a link is not opened for reading or writing: its attributes are set
 * through /proc/self/fd, which leads to exactly the object of an O_PATH descriptor. */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>

#include "base/error.h"
#include "base/text.h"
#include "tree/copy-run.h"

#define XATTR_BYTES_MAX (64U * 1024) /* XATTR_LIST_MAX and XATTR_SIZE_MAX in linux/limits.h */

#define FD_PATH_BYTES 32U

static const char *fd_link(int fd, char buffer[static FD_PATH_BYTES]) {
        (void) snprintf(buffer, FD_PATH_BYTES, "/proc/self/fd/%d", fd);
        return buffer;
}

/* The attributes that drivers/copy/copy_linux.go copies, and access lists, because without these the mode has
 * another meaning. SELinux labels are not copied: the new file has that of its new directory. */
static bool is_wanted(const struct copy_run *run, const char *name) {
        if (strcmp(name, "trusted.overlay.opaque") == 0)
                return !run->in_userns;
        return has_prefix(name, "user.") || has_prefix(name, "system.posix_acl_") ||
               strcmp(name, "security.capability") == 0;
}

static int copy_attribute(const char *from, const char *to, const char *name, char *buffer) {
        ssize_t n = getxattr(from, name, buffer, XATTR_BYTES_MAX);

        if (n < 0)
                return errno == ENODATA ? 0 : negative_errno();
        return setxattr(to, name, buffer, (size_t) n, 0) < 0 ? negative_errno() : 0;
}

static int copy_listed(const struct copy_run *run, const char *from, const char *to, const char *names,
                       size_t n) {
        _cleanup_free_ char *buffer = malloc(XATTR_BYTES_MAX);
        int r = 0;

        if (!buffer)
                return -ENOMEM;
        for (const char *name = names; name < names + n && r >= 0; name += strlen(name) + 1)
                if (is_wanted(run, name))
                        r = copy_attribute(from, to, name, buffer);
        return r;
}

/* Most files have no extended attributes and cost only one call. */
static int copy_xattrs(const struct copy_run *run, const char *from, const char *to) {
        _cleanup_free_ char *names = NULL;
        ssize_t n;

        n = listxattr(from, NULL, 0);
        if (n <= 0)
                return n == 0 || errno == EOPNOTSUPP ? 0 : negative_errno();

        names = malloc(XATTR_BYTES_MAX);
        if (!names)
                return -ENOMEM;
        n = listxattr(from, names, XATTR_BYTES_MAX);
        return n < 0 ? negative_errno() : copy_listed(run, from, to, names, (size_t) n);
}

int copy_attributes(const struct copy_run *run, int from_fd, int to_fd, const struct stat *st) {
        const struct timespec times[] = {st->st_atim, st->st_mtim};
        char from_link[FD_PATH_BYTES], to_link[FD_PATH_BYTES];
        const char *from = fd_link(from_fd, from_link), *to = fd_link(to_fd, to_link);
        int r;

        /* chown(2) clears set-user-ID bits and capabilities, so it comes first. */
        if (chown(to, st->st_uid, st->st_gid) < 0)
                return negative_errno();
        r = copy_xattrs(run, from, to);
        if (r < 0)
                return r;
        if (!S_ISLNK(st->st_mode) && chmod(to, st->st_mode & 07777) < 0)
                return negative_errno();
        return utimensat(AT_FDCWD, to, times, 0) < 0 ? negative_errno() : 0;
}
