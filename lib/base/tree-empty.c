/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Emptying one directory: what is in it is unlinked, or moved up for another thread. */

#include <sys/stat.h>

#include "base/tree-run.h"

#define BLOCK_BYTES 512U

/* A directory at work. */
struct place {
        struct tree_worker *worker;
        struct subject *subject;
        int fd;
        uint64_t removed, left; /* in this sweep */
};

static void leave(struct place *place, int code, const char *name, const char *what) {
        place->left++;
        subject_left(place->worker->run, place->subject, code, name, what);
}

/* Out of memory for jobs it is still known to the top directory. */
static void enqueue(struct tree_run *run, const struct tree_job *job) {
        if (!queue_push(run, job))
                queue_overflowed(run);
}

static void remove_subdir(struct place *place, const char *name) {
        struct tree_run *run = place->worker->run;
        const struct tree_job job = {
                .subject = place->subject,
                .serial = atomic_fetch_add_explicit(&run->next_serial, 1, memory_order_relaxed),
        };
        int r;

        r = move_up(run, place->fd, name, &job);
        if (r >= 0) {
                place->removed++;
                enqueue(run, &job);
        } else if (r == -EBUSY)
                leave(place, r, name, "something is mounted there");
        else if (r != -ENOENT && !walk_remove(place->worker, place->fd, name, place->subject))
                place->left++;
}

static void remove_entry(struct place *place, const struct dir_entry *entry) {
        uint64_t bytes = 0;
        int r = -EISDIR;

        if (entry->type != DT_DIR)
                r = remove_file(place->worker->run, place->fd, entry->name, &bytes);
        if (r == -EISDIR)
                remove_subdir(place, entry->name);
        else if (r < 0)
                leave(place, r, entry->name, "cannot be unlinked");
        else if (r > 0) {
                place->removed++;
                subject_removed(place->worker->run, place->subject, bytes);
        }
}

/* One reading of the directory from its start. */
static int sweep(struct place *place) {
        struct dir_stream *stream = &place->worker->dir;
        struct dir_entry entry;
        int r;

        place->removed = place->left = 0;
        if (lseek(place->fd, 0, SEEK_SET) < 0)
                return negative_errno();
        while ((r = dir_stream_fill(stream, place->fd)) > 0)
                while (dir_stream_take(stream, &entry)) {
                        if (run_stopped(place->worker->run))
                                return -ECANCELED;
                        remove_entry(place, &entry);
                }
        return r;
}

/* Nothing is said of a directory that stays because of what is in it: that has been reported. */
static int sweep_and_remove(struct place *place, const char *name) {
        int r = -ENOTEMPTY;

        for (unsigned n = 0; n < TREE_SWEEPS_MAX && r == -ENOTEMPTY; n++) {
                r = sweep(place);
                if (r < 0)
                        return r;
                if (place->left > 0)
                        return 0;
                r = remove_empty_dir(place->worker->run->top_fd, name);
        }
        return r;
}

static uint64_t bytes_of_dir(const struct tree_run *run, int fd) {
        struct stat st;

        if (!run->options.count_bytes || fstat(fd, &st) < 0)
                return 0;
        return (uint64_t) st.st_blocks * BLOCK_BYTES;
}

/* A file of the top directory, or what looked like a directory of it and is none. */
static void remove_named_file(struct place *place, const char *name) {
        const struct dir_entry entry = {.name = name, .type = DT_UNKNOWN};

        place->fd = place->worker->run->top_fd;
        remove_entry(place, &entry);
}

static const char *why_not(int r) {
        switch (r) {
        case -EBUSY:
        case -EXDEV:
                return "something is mounted there";
        case -ENOTEMPTY:
                return "something is being written to it";
        default:
                return "cannot be removed";
        }
}

void empty_named(struct tree_worker *worker, const char *name, struct subject *subject) {
        _cleanup_close_ int fd = open_garbage_dir(worker->run->top_fd, name);
        struct place place = {.worker = worker, .subject = subject, .fd = fd};
        uint64_t bytes;
        int r;

        if (fd == -ENOENT)
                return;
        if (fd == -ENOTDIR || fd == -ELOOP) {
                remove_named_file(&place, name);
                return;
        }
        if (fd < 0) {
                leave(&place, fd, name, why_not(fd));
                return;
        }

        bytes = bytes_of_dir(worker->run, fd);
        r = sweep_and_remove(&place, name);
        if (r > 0)
                subject_removed(worker->run, subject, bytes);
        else if (r < 0 && r != -ECANCELED)
                leave(&place, r, name, why_not(r));
}

void empty_job(struct tree_worker *worker, const struct tree_job *job) {
        char name[NAME_MAX + 1];

        job_name(job, name);
        empty_named(worker, name, job->subject);
}
