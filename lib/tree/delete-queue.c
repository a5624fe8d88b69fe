/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The queue of directories to empty, and the start of threads. The queue has a limit; directories beyond it
 * wait in the top directory.
 *
 * The top directory is read once, and again only if a directory was moved up and did not fit into the queue.
 * Each later reading looks only at the directories that were moved up during the reading before. So a
 * directory that stays is tried at most twice, and the readings come to an end.
 */

#include "base/thread.h"
#include "tree/delete-run.h"

/* Starting a thread takes as long as removing so many small directories. The layer of a little used container
 * has no more. */
#define JOBS_WORTH_A_THREAD 4U

struct tree_worker *worker_new(struct tree_run *run) {
        struct tree_worker *worker = malloc(sizeof(*worker));

        if (worker)
                worker->run = run;
        return worker;
}

static void *thread_main(void *p) {
        _cleanup_free_ struct tree_worker *worker = p;

        worker->run->work(worker);
        return NULL;
}

/* If no thread can be started, the running ones do the work. */
static void spawn_locked(struct tree_run *run) {
        struct tree_worker *worker;

        if (run->threads >= run->max_threads)
                return;
        worker = worker_new(run);
        if (!worker ||
            thread_start(&run->thread_ids[run->threads - 1], THREAD_STACK_SMALL, thread_main, worker) < 0) {
                run->max_threads = run->threads;
                free(worker);
                return;
        }
        run->threads++;
}

static bool take_job(struct tree_run *run, struct tree_job *ret) {
        if (run->n_jobs == 0)
                return false;
        *ret = run->jobs[--run->n_jobs];
        return true;
}

/* All threads wait, so no thread adds a job. */
static bool next_reading(struct tree_run *run) {
        if (!run->overflow || lseek(run->scan_fd, 0, SEEK_SET) < 0)
                return false;

        run->overflow = false;
        run->scanned = false;
        run->pass_from = run->pass_to;
        run->pass_to = run->next_serial;
        return true;
}

static void wait_for_others(struct tree_run *run) {
        run->idle++;
        if (run->idle < run->threads)
                pthread_cond_wait(&run->wake, &run->lock);
        else {
                run->finished = !next_reading(run);
                pthread_cond_broadcast(&run->wake);
        }
        run->idle--;
}

/* The top directory comes first: more threads can work on it at once. */
static bool find_task(struct tree_run *run, struct tree_next *ret) {
        if (take_job(run, &ret->job))
                ret->task = TREE_JOB;
        else if (!run->scanned)
                ret->task = TREE_SCAN;
        else if (run->shared) {
                ret->task = TREE_HELP;
                ret->dir = run->shared;
                ret->dir->helpers++;
                spawn_locked(run);
        } else
                return false;
        return true;
}

void queue_next(struct tree_run *run, struct tree_next *ret) {
        ret->task = TREE_END;
        pthread_mutex_lock(&run->lock);
        while (!run->finished && !run_stopped(run) && !find_task(run, ret))
                wait_for_others(run);
        if (ret->task == TREE_END)
                pthread_cond_broadcast(&run->wake);
        pthread_mutex_unlock(&run->lock);
}

/* Wake a waiting thread or, if there is none, start one. */
static void call_locked(struct tree_run *run) {
        if (run->idle > 0)
                pthread_cond_signal(&run->wake);
        else
                spawn_locked(run);
}

void queue_share(struct tree_run *run, struct tree_dir *dir) {
        pthread_mutex_lock(&run->lock);
        if (!dir->shared) {
                dir->shared = true;
                dir->next_shared = run->shared;
                run->shared = dir;
        }
        if (run->idle > 0)
                pthread_cond_broadcast(&run->wake);
        else
                spawn_locked(run);
        pthread_mutex_unlock(&run->lock);
}

static void unlink_shared(struct tree_run *run, struct tree_dir *dir) {
        struct tree_dir **at = &run->shared;

        while (*at != dir)
                at = &(*at)->next_shared;
        *at = dir->next_shared;
        dir->shared = false;
}

void queue_unshare(struct tree_run *run, struct tree_dir *dir) {
        pthread_mutex_lock(&run->lock);
        if (dir->shared)
                unlink_shared(run, dir);
        while (dir->helpers > 0)
                pthread_cond_wait(&run->left, &run->lock);
        pthread_mutex_unlock(&run->lock);
}

/* A helper leaves at the end of the directory, so no further helper is needed. */
void queue_helped(struct tree_run *run, struct tree_dir *dir) {
        pthread_mutex_lock(&run->lock);
        if (dir->shared)
                unlink_shared(run, dir);
        dir->helpers--;
        if (dir->helpers == 0)
                pthread_cond_broadcast(&run->left);
        pthread_mutex_unlock(&run->lock);
}

bool queue_push(struct tree_run *run, const struct tree_job *job) {
        bool room;

        pthread_mutex_lock(&run->lock);
        room = run->n_jobs < TREE_QUEUE_MAX;
        if (room) {
                run->jobs[run->n_jobs++] = *job;
                if (run->idle > 0 || run->n_jobs > JOBS_WORTH_A_THREAD)
                        call_locked(run);
        }
        pthread_mutex_unlock(&run->lock);
        return room;
}

void queue_scan_is_long(struct tree_run *run) {
        pthread_mutex_lock(&run->lock);
        call_locked(run);
        pthread_mutex_unlock(&run->lock);
}

void queue_scanned(struct tree_run *run) {
        pthread_mutex_lock(&run->lock);
        run->scanned = true;
        pthread_mutex_unlock(&run->lock);
}

void queue_overflowed(struct tree_run *run) {
        pthread_mutex_lock(&run->lock);
        run->overflow = true;
        pthread_mutex_unlock(&run->lock);
}
