/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copying of data: by reflink if possible, else by copy_file_range(2), else by read and write. Holes stay
 * holes. */

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>

#include "base/error.h"
#include "tree/copy-run.h"

#define BUFFER_BYTES (64U * 1024)

static bool clone_file(struct copy_run *run, int from_fd, int to_fd) {
        if (!run->can_clone)
                return false;
        run->can_clone = ioctl(to_fd, FICLONE, from_fd) >= 0;
        return run->can_clone;
}

static int write_all(int fd, const char *bytes, size_t n, off_t at) {
        while (n > 0) {
                ssize_t k = pwrite(fd, bytes, n, at);

                if (k < 0 && errno == EINTR)
                        continue;
                if (k < 0)
                        return negative_errno();
                bytes += k;
                at += k;
                n -= (size_t) k;
        }
        return 0;
}

/* Returns the number of bytes copied; 0 at the end of the file. */
static ssize_t copy_by_hand(int from_fd, int to_fd, off_t at, size_t n) {
        char buffer[BUFFER_BYTES];
        ssize_t k;
        int r;

        do
                k = pread(from_fd, buffer, n < sizeof(buffer) ? n : sizeof(buffer), at);
        while (k < 0 && errno == EINTR);
        if (k <= 0)
                return k < 0 ? negative_errno() : 0;

        r = write_all(to_fd, buffer, (size_t) k, at);
        return r < 0 ? r : k;
}

static bool is_unsupported(int code) {
        return code == EXDEV || code == ENOSYS || code == EOPNOTSUPP || code == EINVAL || code == EPERM ||
               code == EBADF;
}

static ssize_t copy_some(struct copy_run *run, int from_fd, int to_fd, off_t at, size_t n) {
        off_t from = at, to = at;
        ssize_t k;

        if (!run->can_copy_range)
                return copy_by_hand(from_fd, to_fd, at, n);

        k = copy_file_range(from_fd, &from, to_fd, &to, n, 0);
        if (k > 0)
                return k;
        /* Some file systems return 0 if they do not support the call, others at the end of the file. */
        if (k == 0 || errno == EINTR)
                return copy_by_hand(from_fd, to_fd, at, n);
        if (!is_unsupported(errno))
                return negative_errno();
        run->can_copy_range = false;
        return copy_by_hand(from_fd, to_fd, at, n);
}

static int copy_range(struct copy_run *run, int from_fd, int to_fd, off_t at, off_t end) {
        while (at < end) {
                ssize_t n = copy_some(run, from_fd, to_fd, at, (size_t) (end - at));

                if (n <= 0)
                        return (int) n;
                at += n;
        }
        return 0;
}

/* Find the next range of data: returns its start, or the end of the file. On a file system without holes the
 * whole file is one range. */
static off_t find_data(int fd, off_t at, off_t size, off_t *ret_end) {
        off_t start = lseek(fd, at, SEEK_DATA), end;

        *ret_end = size;
        if (start < 0)
                return errno == ENXIO ? size : at;
        end = lseek(fd, start, SEEK_HOLE);
        if (end > start && end < size)
                *ret_end = end;
        return start < size ? start : size;
}

int copy_data(struct copy_run *run, int from_fd, int to_fd, off_t size) {
        off_t at = 0, end;
        int r;

        if (size == 0 || clone_file(run, from_fd, to_fd))
                return 0;

        while ((at = find_data(from_fd, at, size, &end)) < size) {
                r = copy_range(run, from_fd, to_fd, at, end);
                if (r < 0)
                        return r;
                at = end;
        }
        return ftruncate(to_fd, size) < 0 ? negative_errno() : 0;
}
