/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is left to do: directories in memory, up to a limit, and the top directory itself.
 *
 * The top directory is read once, and again only where something was moved up that found no room in memory.
 * The readings after the first look only at what was moved up during the one before; so each directory that
 * stays is tried twice at most, and the readings come to an end.
 */

#include "base/tree-run.h"

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

enum tree_task queue_next(struct tree_run *run, struct tree_job *ret_job) {
        enum tree_task task = TREE_END;

        pthread_mutex_lock(&run->lock);
        while (!run->finished && !run_stopped(run)) {
                if (take_job(run, ret_job))
                        task = TREE_JOB;
                else if (!run->scanned)
                        task = TREE_SCAN;
                if (task != TREE_END)
                        break;
                wait_for_others(run);
        }
        if (task == TREE_END)
                pthread_cond_broadcast(&run->wake);
        pthread_mutex_unlock(&run->lock);
        return task;
}

bool queue_push(struct tree_run *run, const struct tree_job *job) {
        bool room;

        pthread_mutex_lock(&run->lock);
        room = run->n_jobs < TREE_QUEUE_MAX;
        if (room) {
                run->jobs[run->n_jobs++] = *job;
                if (run->idle > 0)
                        pthread_cond_signal(&run->wake);
                else
                        run_spawn_locked(run);
        }
        pthread_mutex_unlock(&run->lock);
        return room;
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
