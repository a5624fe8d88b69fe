/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The threads: each takes what is to be done next, until there is nothing. */

#include <signal.h>
#include <string.h>

#include "tree/delete-run.h"

/* Room for two frames with a name each, and what the C library takes. */
#define STACK_BYTES (256U * 1024)

/* Two names that differ only behind what a tag holds share a subject, which has the name of one of them. */
static bool can_wait(const struct tree_job *job, const struct dir_entry *entry) {
        if (entry->type != DT_DIR || !job->subject->name)
                return false;
        return job->serial > 0 || strcmp(job->subject->name, entry->name) == 0;
}

static void scan_entry(struct tree_worker *worker, const struct dir_entry *entry) {
        struct tree_run *run = worker->run;
        struct tree_job job;

        job.subject = subject_of_name(run, entry->name, &job.serial);
        if (job.serial >= run->pass_to || job.serial < run->pass_from)
                return;
        if (!can_wait(&job, entry) || !queue_push(run, &job))
                empty_entry(worker, entry, job.subject);
}

/* Files of the top directory are unlinked at once, directories go to the queue. */
static void scan(struct tree_worker *worker) {
        struct dir_entry entry;

        if (dir_stream_fill(&worker->scan, worker->run->scan_fd) <= 0) {
                queue_scanned(worker->run);
                return;
        }
        if (dir_stream_is_full(&worker->scan))
                queue_scan_is_long(worker->run);
        while (dir_stream_take(&worker->scan, &entry) && !run_stopped(worker->run))
                scan_entry(worker, &entry);
}

static struct tree_worker *worker_new(struct tree_run *run) {
        struct tree_worker *worker = malloc(sizeof(*worker));

        if (worker)
                worker->run = run;
        return worker;
}

static void help(struct tree_worker *worker, struct tree_dir *dir) {
        empty_shared(worker, dir);
        queue_helped(worker->run, dir);
}

/* false where there is nothing left to do. */
static bool do_next(struct tree_worker *worker) {
        struct tree_next next;

        queue_next(worker->run, &next);
        switch (next.task) {
        case TREE_JOB:
                empty_job(worker, &next.job);
                return true;
        case TREE_SCAN:
                scan(worker);
                return true;
        case TREE_HELP:
                help(worker, next.dir);
                return true;
        case TREE_END:
                break;
        }
        return false;
}

static void run_work(struct tree_worker *worker) {
        while (do_next(worker))
                ;
}

static void *thread_main(void *p) {
        _cleanup_free_ struct tree_worker *worker = p;

        run_work(worker);
        return NULL;
}

static int start_thread(struct tree_worker *worker, pthread_t *ret) {
        pthread_attr_t attr;
        sigset_t all, before;
        int r;

        r = pthread_attr_init(&attr);
        if (r != 0)
                return -r;
        (void) pthread_attr_setstacksize(&attr, STACK_BYTES);
        (void) sigfillset(&all);
        (void) pthread_sigmask(SIG_SETMASK, &all, &before);
        r = pthread_create(ret, &attr, thread_main, worker);
        (void) pthread_sigmask(SIG_SETMASK, &before, NULL);
        (void) pthread_attr_destroy(&attr);
        return -r;
}

/* Where no thread can be started, those that run do the work. */
void run_spawn_locked(struct tree_run *run) {
        struct tree_worker *worker;

        if (run->threads >= run->max_threads)
                return;
        worker = worker_new(run);
        if (!worker || start_thread(worker, &run->thread_ids[run->threads - 1]) < 0) {
                run->max_threads = run->threads;
                free(worker);
                return;
        }
        run->threads++;
}

int run_work_here(struct tree_run *run) {
        _cleanup_free_ struct tree_worker *worker = worker_new(run);

        if (!worker)
                return -ENOMEM;
        run_work(worker);
        return 0;
}
