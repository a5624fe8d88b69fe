/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Removing a directory in its place, if it cannot be moved up: another project quota (EXDEV), a btrfs
 * subvolume, the directory of an overlay mount, a top directory with the maximum of links, no space for
 * another name.
 *
 * The walk descends into the first directory it finds until there is none, removes that one, and returns to
 * its parent. Only the deepest levels have a descriptor; above them, the walk starts again from the top. So
 * the time grows with the square of the depth, but the number of descriptors and the memory are constant.
 */

#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "tree/delete-run.h"

/* Objects that cannot be removed, to skip them when they are met again. With more of them, the other objects
 * stay too. */
#define BAD_MAX 256U

#define BLOCK_BYTES 512U

/* A name in some directory. The inode number alone would also match its other links. */
struct bad {
        uint64_t ino, hash;
};

struct level {
        int fd;
        unsigned sweeps;
        bool dirty; /* an object in it cannot be removed */
        uint64_t bytes;
        struct bad self;
        char name[NAME_MAX + 1]; /* in the level above */
};

struct walk {
        struct tree_worker *worker;
        struct subject *subject;
        int base_fd;
        struct level levels[TREE_WALK_FDS]; /* the deepest levels */
        size_t n;
        size_t lost; /* number of levels above those; they have no descriptor */
        struct bad bad[BAD_MAX];
        size_t n_bad;
        bool failed; /* an object cannot be removed */
};

static struct bad bad_of(const struct dir_entry *entry) {
        uint64_t hash = 14695981039346656037U; /* FNV-1a */

        for (const char *p = entry->name; *p; p++)
                hash = (hash ^ (unsigned char) *p) * 1099511628211U;
        return (struct bad){.ino = entry->ino, .hash = hash};
}

static bool is_bad(const struct walk *walk, const struct bad *bad) {
        for (size_t i = 0; i < walk->n_bad; i++)
                if (walk->bad[i].ino == bad->ino && walk->bad[i].hash == bad->hash)
                        return true;
        return false;
}

static void pass_by(struct walk *walk, const struct bad *bad) {
        if (walk->n > 0)
                walk->levels[walk->n - 1].dirty = true;
        walk->failed = true;
        if (walk->n_bad < BAD_MAX)
                walk->bad[walk->n_bad++] = *bad;
}

static void leave(struct walk *walk, int code, const struct bad *bad, const char *name) {
        subject_left(walk->worker->run, walk->subject, code, name);
        pass_by(walk, bad);
}

static void pop(struct walk *walk) {
        struct level *last = &walk->levels[--walk->n];

        last->fd = close_fd(last->fd);
}

static void forget_first(struct walk *walk) {
        close_fd(walk->levels[0].fd);
        memmove(walk->levels, walk->levels + 1, (TREE_WALK_FDS - 1) * sizeof(walk->levels[0]));
        walk->n--;
        walk->lost++;
}

static void enter(struct walk *walk, int parent_fd, const char *name, const struct bad *self) {
        _cleanup_close_ int fd = open_garbage_dir(parent_fd, name);
        struct level *level;
        struct stat st;
        int r;

        if (fd == -ENOENT)
                return;
        r = fd < 0 ? fd : remove_subvolume(parent_fd, name, fd);
        if (r < 0)
                leave(walk, r, self, name);
        else if (r > 0)
                subject_removed(walk->worker->run, walk->subject, 0);
        if (r != 0)
                return;

        if (walk->n == TREE_WALK_FDS)
                forget_first(walk);
        level = &walk->levels[walk->n++];
        *level = (struct level){.fd = TAKE_FD(fd), .self = *self};
        (void) strncpy(level->name, name, NAME_MAX);
        if (walk->worker->run->options.count_bytes && fstat(level->fd, &st) >= 0)
                level->bytes = (uint64_t) st.st_blocks * BLOCK_BYTES;
}

static int remove_entry(struct walk *walk, int fd, const struct dir_entry *entry, const struct bad *self) {
        uint64_t bytes = 0;
        int r = -EISDIR;

        if (entry->type != DT_DIR)
                r = remove_file(walk->worker->run, fd, entry->name, &bytes);
        if (r == -EISDIR)
                return r;
        if (r < 0)
                leave(walk, r, self, entry->name);
        else if (r > 0)
                subject_removed(walk->worker->run, walk->subject, bytes);
        return 0;
}

/* Returns 1 if it entered another directory, 0 at the end of this one. */
static int read_level(struct walk *walk) {
        struct dir_stream *stream = &walk->worker->child;
        struct level *level = &walk->levels[walk->n - 1];
        struct dir_entry entry;
        int r;

        while ((r = dir_stream_fill(stream, level->fd)) > 0)
                while (dir_stream_take(stream, &entry)) {
                        const struct bad self = bad_of(&entry);

                        if (run_stopped(walk->worker->run))
                                return -ECANCELED;
                        if (is_bad(walk, &self)) {
                                level->dirty = true;
                                continue;
                        }
                        if (remove_entry(walk, level->fd, &entry, &self) != -EISDIR)
                                continue;

                        /* Continue here after the return from the subdirectory. */
                        (void) lseek(level->fd, stream->next, SEEK_SET);
                        enter(walk, level->fd, entry.name, &self);
                        return 1;
                }
        return r;
}

/* The deepest level was read to its end: remove it and continue with its parent. */
static void finish_level(struct walk *walk, int parent_fd) {
        struct level *level = &walk->levels[walk->n - 1];
        const struct level done = *level;
        int r = level->dirty ? -ENOTEMPTY : remove_empty_dir(parent_fd, level->name);

        if (r == -ENOTEMPTY && !level->dirty && ++level->sweeps < TREE_SWEEPS_MAX) {
                (void) lseek(level->fd, 0, SEEK_SET);
                return;
        }

        pop(walk);
        if (r > 0)
                subject_removed(walk->worker->run, walk->subject, done.bytes);
        else if (done.dirty)
                pass_by(walk, &done.self);
        else if (r < 0)
                leave(walk, r, &done.self, done.name);
}

/* Returns 1 to continue, 0 if no level is open any more. */
static int step(struct walk *walk) {
        int r = read_level(walk);

        if (r != 0)
                return r;
        if (walk->n > 1)
                finish_level(walk, walk->levels[walk->n - 2].fd);
        else if (walk->lost == 0)
                finish_level(walk, walk->base_fd);
        else
                pop(walk);
        return walk->n > 0;
}

/* Descend from the top to the deepest directory, and return as far as there are descriptors. */
static int round_trip(struct walk *walk, const char *name, const struct bad *self) {
        int r = 1;

        walk->lost = 0;
        enter(walk, walk->base_fd, name, self);
        while (r > 0 && walk->n > 0 && walk->n_bad < BAD_MAX)
                r = step(walk);
        while (walk->n > 0)
                pop(walk);
        if (r < 0 || walk->n_bad == BAD_MAX)
                return r < 0 ? r : -ENOBUFS;
        return walk->lost > 0;
}

bool walk_remove(struct tree_worker *worker, int dirfd, const char *name, struct subject *subject) {
        const struct dir_entry entry = {.name = name};
        const struct bad self = bad_of(&entry);
        struct walk walk = {.worker = worker, .subject = subject, .base_fd = dirfd};
        int r;

        do
                r = round_trip(&walk, name, &self);
        while (r > 0 && !is_bad(&walk, &self));

        if (r < 0 && r != -ECANCELED)
                subject_left(worker->run, subject, r, name);
        return r == 0 && !walk.failed;
}
