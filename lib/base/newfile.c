/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing of whole files under a temporary name, and renaming them. */

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/newfile.h"
#include "base/owner.h"
#include "base/random.h"

#define TEMP_MODE 0600 /* os.CreateTemp */

/* A name has 32 random bits, like those of os.CreateTemp: so many collisions in a row are no accident. */
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

/* Write as many pieces as writev(2) accepts, and the rest of the piece that it stopped in. Returns the number
 * of pieces. */
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

/* Some file systems report a write error only on close(2) (NFS, FUSE: ENOSPC). */
static int close_checked(int *fd) {
        int r = close(*fd) < 0 && errno != EINTR ? negative_errno() : 0;

        *fd = -1;
        return r;
}

/* With an early start, the writes of several files overlap. The sync reports their errors and, if the file
 * system cannot start them early (ESPIPE, EINVAL, ENOSYS), does all the work. */
static void begin_writing(int fd) {
        (void) sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
}

/* fstat(2) is cheaper than a needless fchmod(2). */
static int give_mode(int fd, mode_t mode) {
        struct stat st;

        if (fstat(fd, &st) < 0)
                return negative_errno();
        return (st.st_mode & 07777) != mode && fchmod(fd, mode) < 0 ? negative_errno() : 0;
}

static int fill(int fd, const struct iovec *pieces, size_t n, mode_t mode) {
        int r;

        r = write_pieces(fd, pieces, n);
        return r < 0 ? r : give_mode(fd, mode);
}

/* -------------------------------------------------------------------------------------- the name */

/* The longest part of a name that leaves room for the prefix and the number. */
#define TEMP_NAME_MAX (NAME_MAX - (int) strlen(NEWFILE_PREFIX) - (int) strlen("4294967295"))

/* Returns a descriptor of the new file and its name in fresh memory. */
static int make_temp(int dirfd, const char *name, char **ret_temp) {
        for (int i = 0; i < NAME_TRIES; i++) {
                _cleanup_free_ char *temp = NULL;
                uint32_t number;
                int fd, r;

                r = random_bytes(&number, sizeof(number));
                if (r < 0)
                        return r;
                if (asprintf(&temp, NEWFILE_PREFIX "%.*s%u", TEMP_NAME_MAX, name, number) < 0)
                        return -ENOMEM;

                fd = owned_openat(dirfd, temp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, TEMP_MODE);
                if (fd >= 0)
                        *ret_temp = TAKE_PTR(temp);
                if (fd >= 0 || errno != EEXIST)
                        return fd >= 0 ? fd : negative_errno();
        }
        return -EEXIST;
}

static int make_in(struct newfile *file, const char *name, const struct iovec *pieces, size_t n,
                   mode_t mode) {
        int r;

        file->name = strdup(name);
        if (!file->name)
                return -ENOMEM;

        file->fd = make_temp(file->dir_fd, name, &file->temp);
        if (file->fd < 0)
                return file->fd;

        r = fill(file->fd, pieces, n, mode);
        if (r < 0)
                return r;
        if (!file->durable)
                return close_checked(&file->fd);
        begin_writing(file->fd);
        return 0;
}

int newfile_make(struct newfile *file, int dirfd, const char *path, const struct iovec *pieces, size_t n,
                 mode_t mode, bool durable) {
        const char *name = NULL;
        int r;

        *file = NEWFILE_INIT;
        file->durable = durable;
        file->dir_fd = open_parent_beneath(dirfd, path, &name);
        if (file->dir_fd < 0)
                return file->dir_fd;

        r = make_in(file, name, pieces, n, mode);
        if (r < 0)
                newfile_done(file);
        return r;
}

static int make_durable(struct newfile *file) {
        if (fdatasync(file->fd) < 0)
                return negative_errno();
        return close_checked(&file->fd);
}

int newfile_place(struct newfile *file, struct identity *ret_id) {
        struct identity id;
        int r;

        r = file->durable ? make_durable(file) : 0;
        if (r < 0)
                return r;
        if (renameat(file->dir_fd, file->temp, file->dir_fd, file->name) < 0)
                return negative_errno();
        free(file->temp);
        file->temp = NULL;

        /* Read the identity after the rename, because rename(2) changes the ctime. */
        r = identity_at(file->dir_fd, file->name, &id);
        if (r >= 0 && ret_id)
                *ret_id = id;
        return r;
}

/* EINVAL: a file system that cannot sync directories does not need it for its renames. */
int newfile_sync_directory(const struct newfile *file) {
        return file->durable && fsync(file->dir_fd) < 0 && errno != EINVAL ? negative_errno() : 0;
}

void newfile_done(struct newfile *file) {
        if (file->temp)
                (void) unlinkat(file->dir_fd, file->temp, 0);
        free(file->temp);
        free(file->name);
        close_fd(file->fd);
        close_fd(file->dir_fd);
        *file = NEWFILE_INIT;
}

int newfile_write(int dirfd, const char *path, const struct iovec *pieces, size_t n, mode_t mode,
                  bool durable, struct identity *ret_id) {
        _cleanup_newfile_ struct newfile file = NEWFILE_INIT;
        int r;

        r = newfile_make(&file, dirfd, path, pieces, n, mode, durable);
        if (r >= 0)
                r = newfile_place(&file, ret_id);
        return r < 0 ? r : newfile_sync_directory(&file);
}
