/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Safe opening and reading of files: no path is resolved twice. */

#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "base/error.h"
#include "base/fd.h"
#include "base/owner.h"

static struct open_how how_to_open(int flags, mode_t mode, uint64_t resolve) {
        struct open_how how = {
                .flags = (uint64_t) (unsigned) (flags | O_CLOEXEC | O_NOFOLLOW),
                .mode = mode,
                .resolve = resolve | RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
        };

        if (!(flags & (O_DIRECTORY | O_PATH)))
                how.flags |= O_NONBLOCK | O_NOCTTY;
        return how;
}

static int open_how(int dirfd, const char *name, int flags, uint64_t resolve) {
        struct open_how how = how_to_open(flags, 0, resolve);
        int fd = (int) syscall(SYS_openat2, dirfd, name, &how, sizeof(how));

        return fd < 0 ? negative_errno() : fd;
}

int open_beneath(int dirfd, const char *name, int flags) {
        return open_how(dirfd, name, flags, 0);
}

int open_beneath_same_mount(int dirfd, const char *name, int flags) {
        return open_how(dirfd, name, flags, RESOLVE_NO_XDEV);
}

int open_in_root(int dirfd, const char *name, int flags) {
        struct open_how how = how_to_open(flags, 0, 0);
        int fd;

        if (!(flags & O_NOFOLLOW))
                how.flags &= ~(uint64_t) O_NOFOLLOW;
        how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV;
        fd = (int) syscall(SYS_openat2, dirfd, name, &how, sizeof(how));
        return fd < 0 ? negative_errno() : fd;
}

int open_dir_beneath(int dirfd, const char *name) {
        return open_beneath(dirfd, name, O_RDONLY | O_DIRECTORY);
}

int open_parent_beneath(int dirfd, const char *path, const char **ret_name) {
        _cleanup_free_ char *dir = NULL;
        const char *slash = strrchr(path, '/');
        int fd;

        dir = slash ? strndup(path, (size_t) (slash - path)) : strdup(".");
        if (!dir)
                return -ENOMEM;

        fd = open_dir_beneath(dirfd, dir);
        if (fd >= 0)
                *ret_name = slash ? slash + 1 : path;
        return fd;
}

int create_beneath(int dirfd, const char *name, int flags, mode_t mode) {
        struct open_how how = how_to_open(flags | O_CREAT, mode, 0);
        int fd = owned_openat2(dirfd, name, &how, sizeof(how));

        return fd < 0 ? negative_errno() : fd;
}

/*
 * Read a file of this size. The buffer has room for one byte more, and read(2) is asked for it, to notice
 * that the file grew: the files read here are replaced, never extended. If read(2) returns size bytes and not
 * size + 1, that is the end of a regular file (read(2)), so no second call is needed.
 */
static int read_whole(int fd, char *buffer, size_t size, size_t *ret_len) {
        size_t n = 0;

        while (n != size || n == 0) {
                ssize_t k = pread(fd, buffer + n, size + 1 - n, (off_t) n);

                if (k < 0 && errno == EINTR)
                        continue;
                if (k < 0)
                        return negative_errno();
                n += (size_t) k;
                if (k == 0 || n > size)
                        break;
        }
        *ret_len = n;
        return 0;
}

int read_fd(int fd, size_t max, char **ret, size_t *ret_len, struct identity *ret_id) {
        _cleanup_free_ char *buffer = NULL;
        struct identity id;
        size_t n;
        int r;

        r = identity_at(fd, "", &id);
        if (r < 0)
                return r;
        if (!S_ISREG(id.mode))
                return -EBADF;
        if (id.size > max)
                return -EFBIG;

        buffer = malloc((size_t) id.size + 2);
        if (!buffer)
                return -ENOMEM;

        r = read_whole(fd, buffer, (size_t) id.size, &n);
        if (r < 0)
                return r;
        if (n > id.size)
                return -EAGAIN;

        buffer[n] = '\0';
        *ret = TAKE_PTR(buffer);
        *ret_len = n;
        if (ret_id)
                *ret_id = id;
        return 0;
}

int read_file_at(int dirfd, const char *name, size_t max, char **ret, size_t *ret_len,
                 struct identity *ret_id) {
        _cleanup_close_ int fd = open_beneath(dirfd, name, O_RDONLY);

        if (fd < 0)
                return fd;
        return read_fd(fd, max, ret, ret_len, ret_id);
}

int readlink_alloc_at(int dirfd, const char *name, char **ret) {
        char buffer[PATH_MAX];
        ssize_t n = readlinkat(dirfd, name, buffer, sizeof(buffer));
        char *s;

        if (n < 0)
                return negative_errno();
        if (n == (ssize_t) sizeof(buffer))
                return -ENAMETOOLONG;

        s = strndup(buffer, (size_t) n);
        if (!s)
                return -ENOMEM;

        *ret = s;
        return 0;
}

int fd_path(int fd, char **ret) {
        char link[64];
        int r;

        (void) snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
        r = readlink_alloc_at(AT_FDCWD, link, ret);
        /* The descriptor is open, so -ENOENT means that /proc is missing. For the callers -ENOENT means the
         * directory. */
        return r == -ENOENT ? -ENOSYS : r;
}

char *path_below(int dirfd, const char *name) {
        _cleanup_free_ char *dir = NULL;
        char *path;

        if (dirfd < 0 || fd_path(dirfd, &dir) < 0)
                return strdup(name);
        return asprintf(&path, "%s/%s", strcmp(dir, "/") == 0 ? "" : dir, name) < 0 ? NULL : path;
}
