/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the files of tree.h share: one run of tree_remove(), its threads and its list of work. */

#include <limits.h>
#include <pthread.h>

#include "tree/delete.h"
#include "tree/dirstream.h"

/*
 * Directories known to wait in the top directory. Those that find no room here are met again by reading it.
 */
#define TREE_QUEUE_MAX 4096U

/* Descriptors one thread may have open: a directory, one in it, one to look at an object and one to change
 * it, and those of a walk (tree-walk.c). */
#define TREE_WALK_FDS   4U
#define TREE_THREAD_FDS (4U + TREE_WALK_FDS)

/* A directory that still is not empty after so many readings is being written to; and one reading ends after
 * so many pieces, some seven million entries even with the longest names, because on some file systems what
 * is made meanwhile is met by it as well. */
#define TREE_SWEEPS_MAX       8U
#define TREE_SWEEP_PIECES_MAX (64U * 1024)

struct subject {
        char *name;
        _Atomic uint64_t entries, bytes, left;
        struct error *error; /* under run.lock */
};

/* A directory in the top directory: the entry of a subject itself (serial 0), or one moved up from below. */
struct tree_job {
        struct subject *subject;
        uint64_t serial;
};

/* A directory that is being emptied. Where it is large, other threads come and read on in the same
 * descriptor. */
struct tree_dir {
        struct subject *subject;
        int fd;
        _Atomic uint64_t left; /* objects in it that stay */

        /* Under run.lock. */
        struct tree_dir *next_shared;
        bool shared;
        unsigned helpers;
};

struct tree_worker;

struct tree_run {
        int top_fd;
        struct tree_options options;
        void (*work)(struct tree_worker *worker); /* of each thread, until all is done */

        pthread_mutex_t lock;
        pthread_cond_t wake; /* whoever has nothing to do */
        pthread_cond_t left; /* whoever waits for helpers to leave */

        /* Under the lock. */
        struct tree_job jobs[TREE_QUEUE_MAX];
        size_t n_jobs;
        int scan_fd;        /* the top directory again, where its reading stands */
        bool scanned;       /* it was read to its end */
        bool overflow;      /* something was moved up since pass_to, and found no room in jobs */
        uint64_t pass_from; /* of what was moved up, this reading looks only at these serials */
        uint64_t pass_to;
        struct tree_dir *shared; /* where another thread would be of use */
        unsigned max_threads, threads, idle;
        bool finished;
        pthread_t *thread_ids; /* of all but the caller's */
        void *subjects;        /* tsearch(3) */
        size_t n_subjects;
        struct subject others; /* those above TREE_SUBJECTS_MAX */

        _Atomic uint64_t next_serial;
        pthread_mutex_t links_lock; /* whoever removes one of several links */
};

struct tree_worker {
        struct tree_run *run;
        struct dir_stream scan, dir, child;
};

static inline bool run_stopped(const struct tree_run *run) {
        return run->options.stop && atomic_load_explicit(run->options.stop, memory_order_relaxed);
}

/* tree-subject.c */

/* The name of a job's directory. */
void job_name(const struct tree_job *job, char name[static NAME_MAX + 1]);

/* What a name in the top directory says: whose it is, and its serial. The subject is made where it is new;
 * NULL where there is no memory. */
struct subject *subject_of_name(struct tree_run *run, const char *name, uint64_t *ret_serial);

void subject_removed(struct tree_run *run, struct subject *subject, uint64_t bytes);

/* One object stays; the text follows from the code. */
void subject_left(struct tree_run *run, struct subject *subject, int code, const char *name);

/* The serial in a name that was given to a directory moved up; 0 for any other name. */
uint64_t serial_of_name(const char *name, const char **ret_tag);

int subjects_take(struct tree_run *run, struct tree_result *ret);
void subjects_done(struct tree_run *run);

/* tree-queue.c, which starts threads as well: when there is more to do than those that run can. */

/* What a thread works with; free(). NULL: no memory. */
struct tree_worker *worker_new(struct tree_run *run);

/* What a thread should do next. */
enum tree_task {
        TREE_END,
        TREE_JOB,  /* empty a directory of the top directory */
        TREE_SCAN, /* read a piece of scan_fd */
        TREE_HELP, /* read on in a large directory, then say queue_helped() */
};

struct tree_next {
        enum tree_task task;
        struct tree_job job;
        struct tree_dir *dir;
};

void queue_next(struct tree_run *run, struct tree_next *ret);

/* false where there is no room. */
bool queue_push(struct tree_run *run, const struct tree_job *job);

/* There is more in it than one thread reads at once. */
void queue_share(struct tree_run *run, struct tree_dir *dir);

/* It was read to its end; returns when all who help are done. */
void queue_unshare(struct tree_run *run, struct tree_dir *dir);

void queue_helped(struct tree_run *run, struct tree_dir *dir);

/* A piece of the top directory was read, and there may be more. */
void queue_scan_is_long(struct tree_run *run);
void queue_scanned(struct tree_run *run);

/* Something was moved up and is in no queue. */
void queue_overflowed(struct tree_run *run);

/* tree-empty.c */

/* A directory of the top directory: empty it and remove it. */
void empty_job(struct tree_worker *worker, const struct tree_job *job);

/* An entry of the top directory that was not in the queue. */
void empty_entry(struct tree_worker *worker, const struct dir_entry *entry, struct subject *subject);

/* Some of the entries of a directory that another thread has shared. */
void empty_shared(struct tree_worker *worker, struct tree_dir *dir);

/* tree-unlink.c: 1 removed, 0 was not there any more, -EISDIR, or why not. */
int remove_file(struct tree_run *run, int dirfd, const char *name, uint64_t *ret_bytes);
int remove_empty_dir(int dirfd, const char *name);

/* Move a directory up. 0, or why not. */
int move_up(struct tree_run *run, int dirfd, const char *name, const struct tree_job *job);

/* Open a directory to empty it. */
int open_garbage_dir(int dirfd, const char *name);

/* Of a directory open at fd: 1 where it was a subvolume that went whole, 0 where it has to be emptied first,
 * or why it stays. */
int remove_subvolume(int dirfd, const char *name, int fd);

/* tree-walk.c: remove a directory where it is, when it cannot be moved. True where it is gone. */
bool walk_remove(struct tree_worker *worker, int dirfd, const char *name, struct subject *subject);

/* tree-thread.c: work until all is done. */
void run_work(struct tree_worker *worker);
