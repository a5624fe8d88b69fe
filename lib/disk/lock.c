/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lock files: waiting with a deadline, and verifying which file is locked. */

#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "base/fd.h"
#include "base/random.h"
#include "disk/lock.h"

#define NSEC_PER_SEC 1000000000ULL

/*
 * fcntl(2) either does not wait or waits forever; only a signal would interrupt it, and a library must not
 * use signals. So lock_take_fd() polls: at first often, because most locks are held for a moment, and never
 * so rarely that Go processes, which queue in the kernel, would always be first.
 */
#define PAUSE_MIN_NS 100000ULL
#define PAUSE_MAX_NS 4000000ULL

#define REPLACED_MAX 16 /* lock files are replaced only by accident, and not so often */

uint64_t lock_now_ns(void) {
        struct timespec now;

        (void) clock_gettime(CLOCK_MONOTONIC, &now);
        return (uint64_t) now.tv_sec * NSEC_PER_SEC + (uint64_t) now.tv_nsec;
}

static void sleep_until(uint64_t ns) {
        struct timespec until = {
                .tv_sec = (time_t) (ns / NSEC_PER_SEC),
                .tv_nsec = (long) (ns % NSEC_PER_SEC),
        };

        (void) clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

static struct flock whole_file(void) {
        return (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET};
}

/* Returns 1 if locked, 0 if another process holds the lock. */
static int lock_try(int fd) {
        struct flock lock = whole_file();

        if (fcntl(fd, F_OFD_SETLK, &lock) >= 0)
                return 1;
        return errno == EAGAIN || errno == EACCES || errno == EINTR ? 0 : negative_errno();
}

int lock_take_fd(int fd, uint64_t deadline_ns) {
        uint64_t pause_ns = PAUSE_MIN_NS;

        for (;;) {
                uint64_t now_ns, left_ns;
                int r;

                r = lock_try(fd);
                if (r != 0)
                        return r < 0 ? r : 0;

                now_ns = lock_now_ns();
                if (now_ns >= deadline_ns)
                        return -ETIMEDOUT;

                left_ns = deadline_ns - now_ns;
                sleep_until(now_ns + (pause_ns < left_ns ? pause_ns : left_ns));
                pause_ns = pause_ns * 2 < PAUSE_MAX_NS ? pause_ns * 2 : PAUSE_MAX_NS;
        }
}

/* Because of O_NONBLOCK, opening a fifo or a device does not block; check_type() refuses it afterwards. */
static int open_any(int dirfd, const char *path, int flags, bool create) {
        int fd = create ? create_beneath(dirfd, path, flags, 0644) : open_beneath(dirfd, path, flags);

        return fd == -ENXIO ? -EBADF : fd;
}

static int check_type(const struct identity *id) {
        if (S_ISREG(id->mode))
                return 0;
        return S_ISDIR(id->mode) ? -EISDIR : -EBADF;
}

static int open_to_read(int dirfd, const char *path) {
        _cleanup_close_ int fd = open_any(dirfd, path, O_RDONLY, false);
        struct identity id;
        int r;

        if (fd < 0)
                return fd;

        r = identity_at(fd, "", &id);
        if (r >= 0)
                r = check_type(&id);
        return r < 0 ? r : TAKE_FD(fd);
}

/* The identity of the named file is only compared, so it is safe to follow links. */
static int is_named(int fd, int dirfd, const char *path, struct identity *ret) {
        struct identity there;
        int r;

        r = identity_at(fd, "", ret);
        if (r < 0)
                return r;
        r = identity_at(dirfd, path, &there);
        if (r < 0)
                return r == -ENOENT ? 0 : r;
        return identity_same_file(ret, &there);
}

int lock_is_current(int fd, int dirfd, const char *path) {
        struct identity id;

        return is_named(fd, dirfd, path, &id);
}

int lock_take(int dirfd, const char *path, bool create, uint64_t deadline_ns) {
        for (int i = 0; i < REPLACED_MAX; i++) {
                _cleanup_close_ int fd = open_any(dirfd, path, O_RDWR, create);
                struct identity id;
                int named, r;

                if (fd < 0)
                        return fd;

                r = lock_take_fd(fd, deadline_ns);
                if (r < 0)
                        return r;

                named = is_named(fd, dirfd, path, &id);
                if (named < 0)
                        return named;
                r = check_type(&id);
                if (r < 0 || named)
                        return r < 0 ? r : TAKE_FD(fd);
        }
        return -ESTALE;
}

int lock_probe(int dirfd, const char *path) {
        _cleanup_close_ int fd = open_to_read(dirfd, path);
        struct flock lock = whole_file();

        if (fd < 0)
                return fd;

        /* F_OFD_GETLK of a write lock, unlike F_OFD_SETLK, works with a read-only descriptor (fs/locks.c). */
        if (fcntl(fd, F_OFD_GETLK, &lock) < 0)
                return negative_errno();
        return lock.l_type != F_UNLCK;
}

int lock_read_token(int fd, struct lock_token *ret) {
        struct lock_token token = {0};

        while (token.length < sizeof(token.bytes)) {
                ssize_t n = pread(fd, token.bytes + token.length, sizeof(token.bytes) - token.length,
                                  (off_t) token.length);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return negative_errno();
                if (n == 0)
                        break;
                token.length += (size_t) n;
        }
        *ret = token;
        return 0;
}

int lock_read_token_at(int dirfd, const char *path, struct lock_token *ret) {
        _cleanup_close_ int fd = dirfd == -1 ? -ENOENT : open_to_read(dirfd, path);

        if (fd < 0 && fd != -ENOENT)
                return fd;
        if (fd >= 0)
                return lock_read_token(fd, ret);

        *ret = (struct lock_token){0};
        return 0;
}

int lock_make_token(struct lock_token *ret) {
        static atomic_uint_fast64_t counter;
        uint8_t random[LAST_WRITE_RANDOM];
        struct timespec now;
        uint64_t now_ns;
        int r;

        r = random_bytes(random, sizeof(random));
        if (r < 0)
                return r;

        (void) clock_gettime(CLOCK_REALTIME, &now);
        now_ns = (uint64_t) now.tv_sec * NSEC_PER_SEC + (uint64_t) now.tv_nsec;
        *ret = lock_token_make(now_ns, atomic_fetch_add(&counter, 1) + 1, (uint32_t) getpid(), random);
        return 0;
}

int lock_write_token(int fd, const struct lock_token *token) {
        ssize_t n;

        assert(token->length == sizeof(token->bytes));

        do
                n = pwrite(fd, token->bytes, sizeof(token->bytes), 0);
        while (n < 0 && errno == EINTR);
        if (n < 0)
                return negative_errno();
        return n < (ssize_t) sizeof(token->bytes) ? -EIO : 0;
}

static const struct {
        int code;
        const char *text;
} meanings[] = {
        {-ETIMEDOUT, "is held by another process. Try again later"},
        {-ESTALE,
         "is replaced again and again, which no container engine does. Stop the process that does it"},
        {-ELOOP, "is a symbolic link, or lies behind one. Put the real file or directory there"},
        {-EISDIR, "is a directory where a lock file must be. Remove it"},
        {-EBADF, "is not a regular file, as a lock file must be. Remove it while no container engine runs"},
};

int lock_error(struct error *reterr, int code, int dirfd, const char *path) {
        _cleanup_free_ char *full = path_below(dirfd, path);

        for (size_t i = 0; i < ARRAY_SIZE(meanings); i++)
                if (meanings[i].code == code)
                        return error_set(reterr, code, "%s %s", full ? full : path, meanings[i].text);
        return error_errno(reterr, code, "cannot lock %s", full ? full : path);
}
