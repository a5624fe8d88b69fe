/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The second pass: contents. The thread of the caller reads the tar-split and fills a queue. It reads files
 * itself when the queue is full, and at the end, so that it never waits while there is work.
 */

#include <string.h>
#include <time.h>

#include "base/thread.h"
#include "verify/archive.h"
#include "verify/run.h"

/* While the caller waits for other threads, it examines the deadline and calls progress at this interval. */
#define WAIT_NS (100L * 1000 * 1000)

#define NS_PER_SECOND 1000000000L

static bool take_locked(struct verify_run *run, struct verify_job *ret) {
        if (run->n_jobs == 0)
                return false;
        *ret = run->jobs[run->first_job];
        run->first_job = (run->first_job + 1) % VERIFY_JOBS_MAX;
        run->n_jobs--;
        return true;
}

/* After a stop, jobs are only freed. */
static void work(struct verify_run *run, struct verify_job *job, void *buffer, bool is_caller) {
        if (!run_stopped(run))
                run_file(run, job, buffer, is_caller);
        free(job->path);
}

/* ------------------------------------------------------------------------------------------- threads */

static bool wait_for_job(struct verify_run *run, struct verify_job *ret) {
        bool taken;

        pthread_mutex_lock(&run->lock);
        while (!(taken = take_locked(run, ret)) && !run->no_more_jobs)
                pthread_cond_wait(&run->wake, &run->lock);
        pthread_mutex_unlock(&run->lock);
        return taken;
}

static void thread_ends(struct verify_run *run) {
        pthread_mutex_lock(&run->lock);
        run->n_threads--;
        pthread_cond_signal(&run->left);
        pthread_mutex_unlock(&run->lock);
}

static void *thread_main(void *p) {
        struct verify_run *run = p;
        _cleanup_free_ void *buffer = malloc(VERIFY_BUFFER_BYTES);
        struct verify_job job;

        while (buffer && wait_for_job(run, &job))
                work(run, &job, buffer, /* is_caller= */ false);
        thread_ends(run);
        return NULL;
}

/* If no thread can be started, the caller does all the work. */
static void start_threads(struct verify_run *run) {
        while (run->n_started + 1 < run->threads) {
                pthread_mutex_lock(&run->lock);
                run->n_threads++;
                pthread_mutex_unlock(&run->lock);
                if (thread_start(&run->thread_ids[run->n_started], THREAD_STACK_SMALL, thread_main, run) <
                    0) {
                        thread_ends(run);
                        return;
                }
                run->n_started++;
        }
}

static void wait_for_threads(struct verify_run *run) {
        struct timespec until;

        pthread_mutex_lock(&run->lock);
        run->no_more_jobs = true;
        pthread_cond_broadcast(&run->wake);
        while (run->n_threads > 0) {
                (void) clock_gettime(CLOCK_REALTIME, &until);
                until.tv_nsec += WAIT_NS;
                until.tv_sec += until.tv_nsec / NS_PER_SECOND;
                until.tv_nsec %= NS_PER_SECOND;
                (void) pthread_cond_timedwait(&run->left, &run->lock, &until);
                pthread_mutex_unlock(&run->lock);
                (void) run_poll(run);
                pthread_mutex_lock(&run->lock);
        }
        pthread_mutex_unlock(&run->lock);
        while (run->n_started > 0)
                (void) pthread_join(run->thread_ids[--run->n_started], NULL);
}

/* ----------------------------------------------------------------------------------------------- jobs */

static bool push(struct verify_run *run, const struct verify_job *job) {
        bool room;

        pthread_mutex_lock(&run->lock);
        room = run->n_jobs < VERIFY_JOBS_MAX;
        if (room) {
                run->jobs[(run->first_job + run->n_jobs++) % VERIFY_JOBS_MAX] = *job;
                pthread_cond_signal(&run->wake);
        }
        pthread_mutex_unlock(&run->lock);
        return room;
}

/* Add a job, or do it. */
static int add_job(struct verify_run *run, const struct archive_entry *entry, void *buffer) {
        struct verify_job job = {
                .index = entry->index,
                .path = strdup(entry->path),
                .size = entry->size,
                .crc = entry->crc,
        };

        if (!job.path)
                return -ENOMEM;
        if (!push(run, &job))
                work(run, &job, buffer, /* is_caller= */ true);
        return 0;
}

static void drain(struct verify_run *run, void *buffer) {
        struct verify_job job;
        bool taken;

        do {
                pthread_mutex_lock(&run->lock);
                taken = take_locked(run, &job);
                pthread_mutex_unlock(&run->lock);
                if (taken)
                        work(run, &job, buffer, /* is_caller= */ true);
        } while (taken);
}

/* The entries with mismatches of the first pass, in the order of the archive: their files are not read. */
struct known {
        uint64_t *indices;
        size_t n, next;
};

static bool is_known(struct known *known, uint64_t index) {
        while (known->next < known->n && known->indices[known->next] < index)
                known->next++;
        return known->next < known->n && known->indices[known->next] == index;
}

static int fill_queue(struct verify_run *run, struct archive *archive, struct known *known, void *buffer,
                      struct error *reterr) {
        struct archive_entry entry;
        int r;

        while (!run_poll(run)) {
                r = archive_next(archive, &entry, reterr);
                if (r <= 0)
                        return r;
                if (entry.type != ARCHIVE_REGULAR || !entry.has_crc || entry.size == 0 ||
                    is_known(known, entry.index))
                        continue;
                r = add_job(run, &entry, buffer);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int copy_known(const struct verify_run *run, struct known *ret) {
        ret->n = run->mismatches.n;
        ret->indices = calloc(ret->n + 1, sizeof(*ret->indices));
        if (!ret->indices)
                return -ENOMEM;
        for (size_t i = 0; i < ret->n; i++)
                ret->indices[i] = run->mismatches.items[i].index;
        return 0;
}

static int run_queue(struct verify_run *run, struct archive *archive, struct known *known,
                     struct error *reterr) {
        _cleanup_free_ void *buffer = malloc(VERIFY_BUFFER_BYTES);
        int r;

        if (!buffer)
                return -ENOMEM;
        start_threads(run);
        r = fill_queue(run, archive, known, buffer, reterr);
        if (r < 0)
                run_fail(run, r);
        drain(run, buffer);
        wait_for_threads(run);
        return run->r;
}

int verify_contents(struct verify_run *run, struct error *reterr) {
        _cleanup_(archive_freep) struct archive *archive = NULL;
        struct known known = {0};
        int r;

        r = archive_new(run->split_fd, &archive, reterr);
        if (r >= 0)
                r = copy_known(run, &known);
        if (r >= 0)
                r = run_queue(run, archive, &known, reterr);
        free(known.indices);
        return r;
}
