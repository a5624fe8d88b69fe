/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/ticker.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "base/thread.h"

#define NSEC_PER_SEC 1000000000ULL

struct ticker {
        uint64_t every_ns;
        void (*tick)(void *data);
        void *data;
        pthread_t thread;
        pthread_mutex_t lock;
        pthread_cond_t wake;
        bool ended; /* protected by the lock */
};

static struct timespec later(uint64_t ns) {
        struct timespec t = {0};

        (void) clock_gettime(CLOCK_MONOTONIC, &t);
        ns += (uint64_t) t.tv_nsec;
        t.tv_sec += (time_t) (ns / NSEC_PER_SEC);
        t.tv_nsec = (long) (ns % NSEC_PER_SEC);
        return t;
}

static void *run(void *p) {
        struct ticker *ticker = p;

        (void) pthread_mutex_lock(&ticker->lock);
        while (!ticker->ended) {
                struct timespec until = later(ticker->every_ns);

                if (pthread_cond_timedwait(&ticker->wake, &ticker->lock, &until) == ETIMEDOUT)
                        ticker->tick(ticker->data);
        }
        (void) pthread_mutex_unlock(&ticker->lock);
        return NULL;
}

static void init(struct ticker *ticker) {
        pthread_condattr_t attr;

        (void) pthread_mutex_init(&ticker->lock, NULL);
        (void) pthread_condattr_init(&attr);
        (void) pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
        (void) pthread_cond_init(&ticker->wake, &attr);
        (void) pthread_condattr_destroy(&attr);
}

static void destroy(struct ticker *ticker) {
        (void) pthread_cond_destroy(&ticker->wake);
        (void) pthread_mutex_destroy(&ticker->lock);
        free(ticker);
}

int ticker_start(struct ticker **ret, uint64_t every_ns, void (*tick)(void *data), void *data) {
        struct ticker *ticker = calloc(1, sizeof(*ticker));
        int r;

        if (!ticker)
                return -ENOMEM;

        ticker->every_ns = every_ns;
        ticker->tick = tick;
        ticker->data = data;
        init(ticker);
        r = thread_start(&ticker->thread, 0, run, ticker);
        if (r < 0) {
                destroy(ticker);
                return r;
        }

        *ret = ticker;
        return 0;
}

struct ticker *ticker_stop(struct ticker *ticker) {
        if (!ticker)
                return NULL;

        (void) pthread_mutex_lock(&ticker->lock);
        ticker->ended = true;
        (void) pthread_cond_signal(&ticker->wake);
        (void) pthread_mutex_unlock(&ticker->lock);
        (void) pthread_join(ticker->thread, NULL);
        destroy(ticker);
        return NULL;
}
