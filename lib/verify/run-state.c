/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state that the threads of a verification share. */

#include <time.h>

#include "verify/run.h"

#define NS_PER_SECOND     UINT64_C(1000000000)
#define PROGRESS_EVERY_NS (NS_PER_SECOND / 10)

int verify_run_init(struct verify_run *run) {
        run->result.complete = true;
        if (pthread_mutex_init(&run->lock, NULL) != 0)
                return -ENOMEM;
        if (pthread_cond_init(&run->wake, NULL) != 0) {
                (void) pthread_mutex_destroy(&run->lock);
                return -ENOMEM;
        }
        if (pthread_cond_init(&run->left, NULL) != 0) {
                (void) pthread_cond_destroy(&run->wake);
                (void) pthread_mutex_destroy(&run->lock);
                return -ENOMEM;
        }
        return 0;
}

void verify_run_done(struct verify_run *run) {
        assert(run->n_threads == 0);
        assert(run->n_jobs == 0);
        (void) pthread_cond_destroy(&run->left);
        (void) pthread_cond_destroy(&run->wake);
        (void) pthread_mutex_destroy(&run->lock);
        mismatches_done(&run->mismatches);
        layer_content_done(&run->content);
}

int run_add(struct verify_run *run, const struct archive_entry *entry, const struct mismatch *mismatch) {
        int r;

        pthread_mutex_lock(&run->lock);
        r = mismatches_add(&run->mismatches, entry, mismatch);
        if (r == 0)
                run->result.complete = false;
        pthread_mutex_unlock(&run->lock);
        if (r == 0)
                atomic_store(&run->stop, true);
        return r;
}

static uint64_t now_ns(void) {
        struct timespec now;

        (void) clock_gettime(CLOCK_MONOTONIC, &now);
        return (uint64_t) now.tv_sec * NS_PER_SECOND + (uint64_t) now.tv_nsec;
}

void run_fail(struct verify_run *run, int r) {
        pthread_mutex_lock(&run->lock);
        if (run->r >= 0)
                run->r = r;
        pthread_mutex_unlock(&run->lock);
        atomic_store(&run->stop, true);
}

static void run_give_up(struct verify_run *run) {
        pthread_mutex_lock(&run->lock);
        run->result.complete = false;
        pthread_mutex_unlock(&run->lock);
        atomic_store(&run->stop, true);
}

bool run_stopped(struct verify_run *run) {
        if (atomic_load_explicit(&run->stop, memory_order_relaxed))
                return true;
        if (run->deadline_ns == 0 || now_ns() < run->deadline_ns)
                return false;
        run_give_up(run);
        return true;
}

static void call_progress(struct verify_run *run) {
        struct cstorage_verify_result so_far;
        uint64_t now = now_ns();
        int r;

        if (now < run->next_progress_ns)
                return;
        run->next_progress_ns = now + PROGRESS_EVERY_NS;

        pthread_mutex_lock(&run->lock);
        so_far = run->result;
        so_far.mismatches = run->mismatches.n;
        pthread_mutex_unlock(&run->lock);
        r = run->progress(&so_far, run->userdata);
        if (r < 0)
                run_fail(run, r);
}

bool run_poll(struct verify_run *run) {
        if (run->progress)
                call_progress(run);
        return run_stopped(run);
}
