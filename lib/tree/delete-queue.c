/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is left to do: directories in memory, up to a limit, and the top directory itself.
 *
 * The top directory is read once, and again only where something was moved up that found no room in memory.
 * The readings after the first look only at what was moved up during the one before; so each directory that
 * stays is tried twice at most, and the readings come to an end.
 */

#include "tree/delete-run.h"

/* To start a thread takes as long as to remove so many small directories; no more than these wait where the
 * layer of a container goes that was hardly used. */
#define JOBS_WORTH_A_THREAD 4U

static bool take_job(struct tree_run *run, struct tree_job *ret) {
        if (run->n_jobs == 0)
                return false;
        *ret = run->jobs[--run->n_jobs];
        return true;
}

/* All threads wait: nobody will add anything. */
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

/* What is in the top directory goes first: more of it can be worked on at once. */
static bool find_task(struct tree_run *run, struct tree_next *ret) {
        if (take_job(run, &ret->job))
                ret->task = TREE_JOB;
        else if (!run->scanned)
                ret->task = TREE_SCAN;
        else if (run->shared) {
                ret->task = TREE_HELP;
                ret->dir = run->shared;
                ret->dir->helpers++;
                run_spawn_locked(run);
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

/* Somebody should come: who waits, or another one. */
static void call_locked(struct tree_run *run) {
        if (run->idle > 0)
                pthread_cond_signal(&run->wake);
        else
                run_spawn_locked(run);
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
                run_spawn_locked(run);
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

/* Helpers leave at the end of the directory: nobody else needs to be sent there. */
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
