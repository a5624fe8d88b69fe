/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Internal interface of delete.h: one run of tree_remove(), its threads and its queue. */

#include <limits.h>
#include <pthread.h>

#include "tree/delete.h"
#include "tree/dirstream.h"

/* The queue of directories in the top directory. Directories that do not fit are found by reading the top
 * directory again. */
#define TREE_QUEUE_MAX 4096U

/* The descriptors of one thread: a directory, one in it, one to examine an object and one to change it, and
 * those of a walk (delete-walk.c). */
#define TREE_WALK_FDS   4U
#define TREE_THREAD_FDS (4U + TREE_WALK_FDS)

/*
 * A directory that is not empty after so many readings is being written to. One reading ends after so many
 * pieces, which is some seven million entries even with the longest names, because on some file systems a
 * reading also returns entries that were created meanwhile.
 */
#define TREE_SWEEPS_MAX       8U
#define TREE_SWEEP_PIECES_MAX (64U * 1024)

struct subject {
        char *name;
        _Atomic uint64_t entries, bytes, left;
        struct error *error; /* under run.lock */
};

/* A directory in the top directory: the entry of a subject itself (serial 0), or one that was moved up. */
struct tree_job {
        struct subject *subject;
        uint64_t serial;
};

/* A directory that is being emptied. If it is large, several threads read it through the same descriptor. */
struct tree_dir {
        struct subject *subject;
        int fd;
        _Atomic uint64_t left; /* objects in it that could not be removed */

        /* Under run.lock. */
        struct tree_dir *next_shared;
        bool shared;
        unsigned helpers;
};

struct tree_worker;

struct tree_run {
        int top_fd;
        struct tree_options options;
        void (*work)(struct tree_worker *worker); /* main function of each thread */

        pthread_mutex_t lock;
        pthread_cond_t wake; /* threads without work */
        pthread_cond_t left; /* threads that wait for their helpers to leave */

        /* Protected by lock: */
        struct tree_job jobs[TREE_QUEUE_MAX];
        size_t n_jobs;
        int scan_fd;        /* the top directory, opened for reading */
        bool scanned;       /* read to its end */
        bool overflow;      /* a directory moved up since pass_to did not fit into jobs */
        uint64_t pass_from; /* this reading handles only serials from here up to pass_to */
        uint64_t pass_to;
        struct tree_dir *shared; /* large directories that need helpers */
        unsigned max_threads, threads, idle;
        bool finished;
        pthread_t *thread_ids; /* all threads but the caller's */
        void *subjects;        /* tsearch(3) */
        size_t n_subjects;
        struct subject others; /* the sum of those above TREE_SUBJECTS_MAX */

        _Atomic uint64_t next_serial;
        pthread_mutex_t links_lock; /* serializes the removal of files with several links */
};

struct tree_worker {
        struct tree_run *run;
        struct dir_stream scan, dir, child;
};

static inline bool run_stopped(const struct tree_run *run) {
        return run->options.stop && atomic_load_explicit(run->options.stop, memory_order_relaxed);
}

/* delete-subject.c */

/* The name of the directory of a job. */
void job_name(const struct tree_job *job, char name[static NAME_MAX + 1]);

/* Parse a name in the top directory into its subject and its serial. A new subject is added; NULL if there is
 * no memory. */
struct subject *subject_of_name(struct tree_run *run, const char *name, uint64_t *ret_serial);

void subject_removed(struct tree_run *run, struct subject *subject, uint64_t bytes);

/* Count one object that stays. The message is derived from the code. */
void subject_left(struct tree_run *run, struct subject *subject, int code, const char *name);

/* The serial in the name of a directory that was moved up; 0 for any other name. */
uint64_t serial_of_name(const char *name, const char **ret_tag);

int subjects_take(struct tree_run *run, struct tree_result *ret);
void subjects_done(struct tree_run *run);

/* delete-queue.c, which also starts threads when the running ones have too much work. */

/* The state of one thread; free() it. NULL: no memory. */
struct tree_worker *worker_new(struct tree_run *run);

/* The next task of a thread. */
enum tree_task {
        TREE_END,
        TREE_JOB,  /* empty one directory of the top directory */
        TREE_SCAN, /* read a piece of scan_fd */
        TREE_HELP, /* help to read a large directory, then call queue_helped() */
};

struct tree_next {
        enum tree_task task;
        struct tree_job job;
        struct tree_dir *dir;
};

void queue_next(struct tree_run *run, struct tree_next *ret);

/* Returns false if the queue is full. */
bool queue_push(struct tree_run *run, const struct tree_job *job);

/* Ask other threads to help with a large directory. */
void queue_share(struct tree_run *run, struct tree_dir *dir);

/* The directory was read to its end: wait until all helpers have left. */
void queue_unshare(struct tree_run *run, struct tree_dir *dir);

void queue_helped(struct tree_run *run, struct tree_dir *dir);

/* One piece of the top directory was read, and there may be more. */
void queue_scan_is_long(struct tree_run *run);
void queue_scanned(struct tree_run *run);

/* A directory was moved up and is not in the queue. */
void queue_overflowed(struct tree_run *run);

/* delete-empty.c */

/* Empty and remove a directory of the top directory. */
void empty_job(struct tree_worker *worker, const struct tree_job *job);

/* Remove an entry of the top directory that was not in the queue. */
void empty_entry(struct tree_worker *worker, const struct dir_entry *entry, struct subject *subject);

/* Remove some of the entries of a directory that another thread shares. */
void empty_shared(struct tree_worker *worker, struct tree_dir *dir);

/* delete-unlink.c: 1 if removed, 0 if it did not exist any more, -EISDIR, or another negative errno. */
int remove_file(struct tree_run *run, int dirfd, const char *name, uint64_t *ret_bytes);
int remove_empty_dir(int dirfd, const char *name);

/* Move a directory up into the top directory. Returns 0 or negative errno. */
int move_up(struct tree_run *run, int dirfd, const char *name, const struct tree_job *job);

/* Open a directory to empty it. */
int open_garbage_dir(int dirfd, const char *name);

/* For a directory open at fd: 1 if it was a subvolume and is removed, 0 if it must be emptied first, negative
 * errno if it stays. */
int remove_subvolume(int dirfd, const char *name, int fd);

/* delete-walk.c: remove a directory in its place, if it cannot be moved up. Returns true if it is removed. */
bool walk_remove(struct tree_worker *worker, int dirfd, const char *name, struct subject *subject);

/* delete-thread.c: work until there is nothing left to do. */
void run_work(struct tree_worker *worker);
