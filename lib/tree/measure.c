/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Measuring of trees. Only the directory that is read is open. The way back up is "..", which is checked to
 * lead to the directory that the walk came from. So depth costs a little memory and no descriptors, and there
 * is no recursion.
 */

#include <fcntl.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/error.h"
#include "base/fd.h"
#include "tree/dirstream.h"
#include "tree/measure.h"

#define BLOCK_BYTES 512U

struct level {
        uint64_t dev, ino;
        int64_t next; /* position to continue reading at */
};

struct walk {
        int fd; /* the directory that is read */
        struct level *levels;
        size_t n, cap;
        struct dir_stream stream;
        struct measured *sum;
};

static void walk_free(struct walk *walk) {
        if (!walk)
                return;
        close_fd(walk->fd);
        free(walk->levels);
        free(walk);
}

DEFINE_CLEANUP(struct walk *, walk_free);

static void count(struct measured *sum, uint64_t blocks, uint64_t links) {
        sum->entries++;
        sum->bytes += blocks * BLOCK_BYTES / (links > 0 ? links : 1);
}

/* Takes ownership of fd and reads it from here on. */
static int enter(struct walk *walk, int fd) {
        _cleanup_close_ int owned = fd;
        struct stat st;
        int r;

        if (fstat(fd, &st) < 0)
                return negative_errno();

        r = ARRAY_RESERVE(walk->levels, walk->cap, walk->n + 1);
        if (r < 0)
                return r;

        count(walk->sum, (uint64_t) st.st_blocks, 1);
        walk->levels[walk->n++] = (struct level){.dev = st.st_dev, .ino = st.st_ino};
        walk->fd = close_fd(walk->fd);
        walk->fd = TAKE_FD(owned);
        return 0;
}

/* Returns 1 if it entered the directory. A directory that cannot be opened counts as one entry: the deletion
 * fails on it, too. */
static int enter_below(struct walk *walk, const char *name) {
        int r, fd = dir_open_quietly(walk->fd, name);

        if (fd < 0) {
                count(walk->sum, 0, 1);
                return 0;
        }

        walk->levels[walk->n - 1].next = walk->stream.next;
        r = enter(walk, fd);
        return r < 0 ? r : 1;
}

static int leave(struct walk *walk) {
        const struct level *level;
        struct stat st;
        int fd;

        if (--walk->n == 0)
                return 0;

        level = &walk->levels[walk->n - 1];
        fd = openat(walk->fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return negative_errno();

        close_fd(walk->fd);
        walk->fd = fd;
        if (fstat(fd, &st) < 0)
                return negative_errno();
        if (st.st_dev != level->dev || st.st_ino != level->ino)
                return -ESTALE;
        return lseek(fd, level->next, SEEK_SET) < 0 ? negative_errno() : 0;
}

static int count_file(struct walk *walk, const char *name) {
        struct stat st;

        if (fstatat(walk->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
                return errno == ENOENT ? 0 : negative_errno();
        if (S_ISDIR(st.st_mode))
                return -EISDIR;

        count(walk->sum, (uint64_t) st.st_blocks, st.st_nlink);
        return 0;
}

/* Returns 1 if it entered a directory, 0 at the end of this one. */
static int read_level(struct walk *walk, const atomic_bool *stop) {
        struct dir_entry entry;
        int r;

        while ((r = dir_stream_fill(&walk->stream, walk->fd)) > 0)
                while (dir_stream_take(&walk->stream, &entry)) {
                        if (stop && atomic_load_explicit(stop, memory_order_relaxed))
                                return -ECANCELED;

                        r = entry.type == DT_DIR ? -EISDIR : count_file(walk, entry.name);
                        if (r == -EISDIR)
                                r = enter_below(walk, entry.name);
                        if (r != 0)
                                return r;
                }
        return r;
}

int tree_measure(int dirfd, const atomic_bool *stop, struct measured *ret) {
        _cleanup_(walk_freep) struct walk *walk = calloc(1, sizeof(*walk));
        int r, fd;

        *ret = (struct measured){0};
        if (!walk)
                return -ENOMEM;
        walk->fd = -1;
        walk->sum = ret;

        fd = dir_open_quietly(dirfd, ".");
        if (fd < 0)
                return fd;

        r = enter(walk, fd);
        while (r >= 0 && walk->n > 0) {
                r = read_level(walk, stop);
                if (r == 0)
                        r = leave(walk);
        }
        return r;
}
