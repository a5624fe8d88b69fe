/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The main loop of each thread. */

#include <string.h>

#include "tree/delete-run.h"

/* If two names share a tag, they share a subject, which has only one of the names: a job cannot hold the
 * other one. */
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

/* Unlink files of the top directory at once and queue its directories. */
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

static void help(struct tree_worker *worker, struct tree_dir *dir) {
        empty_shared(worker, dir);
        queue_helped(worker->run, dir);
}

/* Returns false if there is nothing left to do. */
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

void run_work(struct tree_worker *worker) {
        while (do_next(worker))
                ;
}
