/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Emptying of one directory: its files are unlinked, its directories are moved up for another thread. */

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tree/delete-run.h"

#define BLOCK_BYTES 512U

static void leave(struct tree_run *run, struct tree_dir *dir, int code, const char *name) {
        atomic_fetch_add(&dir->left, 1);
        subject_left(run, dir->subject, code, name);
}

/* Many directories are empty: rmdir(2) alone removes them. Not if the bytes are counted, because this takes
 * an fstat(2) first. */
static bool remove_if_empty(struct tree_run *run, struct tree_dir *dir, const char *name) {
        if (run->options.count_bytes || unlinkat(dir->fd, name, AT_REMOVEDIR) < 0)
                return false;

        subject_removed(run, dir->subject, 0);
        return true;
}

static void remove_subdir(struct tree_worker *worker, struct tree_dir *dir, const char *name) {
        struct tree_run *run = worker->run;
        const struct tree_job job = {
                .subject = dir->subject,
                .serial = atomic_fetch_add_explicit(&run->next_serial, 1, memory_order_relaxed),
        };
        int r;

        if (remove_if_empty(run, dir, name))
                return;

        r = move_up(run, dir->fd, name, &job);
        if (r == -EBUSY)
                leave(run, dir, r, name);
        else if (r < 0 && r != -ENOENT && !walk_remove(worker, dir->fd, name, dir->subject))
                atomic_fetch_add(&dir->left, 1);
        else if (r >= 0 && !queue_push(run, &job))
                queue_overflowed(run);
}

static void remove_entry(struct tree_worker *worker, struct tree_dir *dir, const struct dir_entry *entry) {
        uint64_t bytes = 0;
        int r = -EISDIR;

        if (entry->type != DT_DIR)
                r = remove_file(worker->run, dir->fd, entry->name, &bytes);
        if (r == -EISDIR)
                remove_subdir(worker, dir, entry->name);
        else if (r < 0)
                leave(worker->run, dir, r, entry->name);
        else if (r > 0)
                subject_removed(worker->run, dir->subject, bytes);
}

static int remove_piece(struct tree_worker *worker, struct tree_dir *dir) {
        struct dir_entry entry;

        while (dir_stream_take(&worker->dir, &entry)) {
                if (run_stopped(worker->run))
                        return -ECANCELED;
                remove_entry(worker, dir, &entry);
        }
        return 0;
}

/* Read and remove pieces until the end. If the first one is full, share the directory with other threads. */
static int sweep_on(struct tree_worker *worker, struct tree_dir *dir, bool call) {
        for (unsigned n = 0; n < TREE_SWEEP_PIECES_MAX; n++) {
                int r = dir_stream_fill(&worker->dir, dir->fd);

                if (r <= 0)
                        return r;
                if (n == 0 && call && dir_stream_is_full(&worker->dir))
                        queue_share(worker->run, dir);
                r = remove_piece(worker, dir);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int sweep(struct tree_worker *worker, struct tree_dir *dir) {
        int r;

        if (lseek(dir->fd, 0, SEEK_SET) < 0)
                return negative_errno();
        r = sweep_on(worker, dir, /* call= */ true);
        queue_unshare(worker->run, dir);
        return r;
}

/* Errors of reading are ignored: the thread that owns the directory gets them as well. */
void empty_shared(struct tree_worker *worker, struct tree_dir *dir) {
        (void) sweep_on(worker, dir, /* call= */ false);
}

/* A directory that is not empty because of objects in it is not reported: the objects were. */
static int sweep_and_remove(struct tree_worker *worker, struct tree_dir *dir, const char *name) {
        int r = -ENOTEMPTY;

        for (unsigned n = 0; n < TREE_SWEEPS_MAX && r == -ENOTEMPTY; n++) {
                r = sweep(worker, dir);
                if (r < 0)
                        return r;
                if (dir->left > 0)
                        return 0;
                r = remove_empty_dir(worker->run->top_fd, name);
        }
        return r;
}

static uint64_t bytes_of_dir(const struct tree_run *run, int fd) {
        struct stat st;

        if (!run->options.count_bytes || fstat(fd, &st) < 0)
                return 0;
        return (uint64_t) st.st_blocks * BLOCK_BYTES;
}

static void remove_top_file(struct tree_worker *worker, const char *name, struct subject *subject) {
        struct tree_dir top = {.subject = subject, .fd = worker->run->top_fd};
        const struct dir_entry entry = {.name = name, .type = DT_UNKNOWN};

        remove_entry(worker, &top, &entry);
}

static void empty_dir(struct tree_worker *worker, const char *name, struct tree_dir *dir) {
        uint64_t bytes = bytes_of_dir(worker->run, dir->fd);
        int r = sweep_and_remove(worker, dir, name);

        if (r > 0)
                subject_removed(worker->run, dir->subject, bytes);
        else if (r < 0 && r != -ECANCELED)
                leave(worker->run, dir, r, name);
}

/* btrfs removes a subvolume in one step, unless it contains other subvolumes. Then it is emptied like any
 * directory, and these are removed when they are met. */
static bool is_done_with(struct tree_run *run, struct tree_dir *dir, const char *name) {
        int r = remove_subvolume(run->top_fd, name, dir->fd);

        if (r > 0)
                subject_removed(run, dir->subject, 0);
        else if (r < 0)
                leave(run, dir, r, name);
        return r != 0;
}

static void empty_named(struct tree_worker *worker, const char *name, struct subject *subject) {
        _cleanup_close_ int fd = open_garbage_dir(worker->run->top_fd, name);
        struct tree_dir dir = {.subject = subject, .fd = fd};

        if (fd == -ENOTDIR || fd == -ELOOP)
                remove_top_file(worker, name, subject);
        else if (fd < 0 && fd != -ENOENT)
                leave(worker->run, &dir, fd, name);
        else if (fd >= 0 && !is_done_with(worker->run, &dir, name))
                empty_dir(worker, name, &dir);
}

void empty_entry(struct tree_worker *worker, const struct dir_entry *entry, struct subject *subject) {
        if (entry->type == DT_DIR || entry->type == DT_UNKNOWN)
                empty_named(worker, entry->name, subject);
        else
                remove_top_file(worker, entry->name, subject);
}

void empty_job(struct tree_worker *worker, const struct tree_job *job) {
        char name[NAME_MAX + 1];

        job_name(job, name);
        empty_named(worker, name, job->subject);
}
