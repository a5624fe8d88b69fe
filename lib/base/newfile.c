/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files that are written whole, under a name of their own, and then renamed to their place. */

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/newfile.h"
#include "base/random.h"

#define TEMP_MODE 0600 /* os.CreateTemp */

/* Names have 32 random bits, as those of os.CreateTemp: so many taken ones in a row are no accident. */
#define NAME_TRIES 64

/* --------------------------------------------------------------------------------------- the bytes */

static int write_bytes(int fd, const char *at, size_t n) {
        while (n > 0) {
                ssize_t k = write(fd, at, n);

                if (k < 0 && errno == EINTR)
                        continue;
                if (k <= 0)
                        return k < 0 ? negative_errno() : -EIO;
                at += k;
                n -= (size_t) k;
        }
        return 0;
}

/* As many pieces as writev(2) takes, and the rest of the one within which it stopped; returns how many. */
static ssize_t write_some(int fd, const struct iovec *pieces, size_t n) {
        ssize_t k = writev(fd, pieces, n < IOV_MAX ? (int) n : IOV_MAX);
        size_t left, i;
        int r;

        if (k < 0)
                return errno == EINTR ? 0 : negative_errno();

        left = (size_t) k;
        for (i = 0; i < n && left >= pieces[i].iov_len; i++)
                left -= pieces[i].iov_len;
        if (left == 0 && i > 0)
                return (ssize_t) i;

        r = write_bytes(fd, (const char *) pieces[i].iov_base + left, pieces[i].iov_len - left);
        return r < 0 ? r : (ssize_t) i + 1;
}

static int write_pieces(int fd, const struct iovec *pieces, size_t n) {
        while (n > 0) {
                ssize_t k = write_some(fd, pieces, n);

                if (k < 0)
                        return (int) k;
                pieces += k;
                n -= (size_t) k;
        }
        return 0;
}

/* Some file systems have what went wrong ready for close(2) only (NFS, FUSE: no room), and any descriptor
 * will do. */
static int flush(int fd) {
        int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);

        if (copy < 0)
                return negative_errno();
        return close(copy) < 0 && errno != EINTR ? negative_errno() : 0;
}

static int fill(int fd, const struct iovec *pieces, size_t n, mode_t mode, bool durable) {
        int r;

        r = write_pieces(fd, pieces, n);
        if (r < 0)
                return r;
        if (durable && fdatasync(fd) < 0)
                return negative_errno();
        if (fchmod(fd, mode) < 0)
                return negative_errno();
        return flush(fd);
}

/* -------------------------------------------------------------------------------------- the name */

/* Returns a descriptor of the new file, and its name in fresh memory. */
static int make_temp(int dirfd, const char *name, char **ret_temp) {
        for (int i = 0; i < NAME_TRIES; i++) {
                _cleanup_free_ char *temp = NULL;
                uint32_t number;
                int fd, r;

                r = random_bytes(&number, sizeof(number));
                if (r < 0)
                        return r;
                if (asprintf(&temp, NEWFILE_PREFIX "%s%u", name, number) < 0)
                        return -ENOMEM;

                fd = openat(dirfd, temp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, TEMP_MODE);
                if (fd >= 0)
                        *ret_temp = TAKE_PTR(temp);
                if (fd >= 0 || errno != EEXIST)
                        return fd >= 0 ? fd : negative_errno();
        }
        return -EEXIST;
}

/* Where a file system has no sync of directories (EINVAL) its renames need none. */
static int sync_dir(int fd) {
        return fsync(fd) < 0 && errno != EINVAL ? negative_errno() : 0;
}

static int write_in(int dirfd, const char *name, const struct iovec *pieces, size_t n, mode_t mode,
                    bool durable, struct identity *ret_id) {
        _cleanup_free_ char *temp = NULL;
        _cleanup_close_ int fd = -1;
        struct identity id;
        int r;

        fd = make_temp(dirfd, name, &temp);
        if (fd < 0)
                return fd;

        r = fill(fd, pieces, n, mode, durable);
        if (r >= 0 && renameat(dirfd, temp, dirfd, name) < 0)
                r = negative_errno();
        if (r < 0) {
                (void) unlinkat(dirfd, temp, 0);
                return r;
        }

        if (durable) {
                r = sync_dir(dirfd);
                if (r < 0)
                        return r;
        }
        /* Not before: rename(2) changes the ctime. */
        r = identity_at(fd, "", &id);
        if (r >= 0 && ret_id)
                *ret_id = id;
        return r;
}

int newfile_write(int dirfd, const char *path, const struct iovec *pieces, size_t n, mode_t mode,
                  bool durable, struct identity *ret_id) {
        _cleanup_close_ int parent_fd = -1;
        const char *name = NULL;

        parent_fd = open_parent_beneath(dirfd, path, &name);
        if (parent_fd < 0)
                return parent_fd;
        return write_in(parent_fd, name, pieces, n, mode, durable, ret_id);
}
