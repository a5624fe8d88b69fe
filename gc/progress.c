/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The line that tells how far the deleting is. A thread of its own draws it, so that those who delete do
 * nothing but count. */

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "human.h"
#include "progress.h"

/* Ten times a second is as smooth as anybody needs, and costs nothing. */
#define DRAW_NS (100 * 1000 * 1000)

/* Wider than any terminal; what is longer is cut. */
#define LINE_MAX_BYTES 512

struct progress {
        struct tree_progress counters;
        pthread_t thread;
        pthread_mutex_t lock;
        pthread_cond_t wake;
        bool ended; /* under the lock */
        bool drawn; /* the thread's, until it ended */
};

struct tree_progress *progress_counters(struct progress *progress) {
        return &progress->counters;
}

static unsigned terminal_width(void) {
        struct winsize size;

        if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
                return 80;
        return size.ws_col;
}

/* One column stays free: some terminals wrap when the last one is written. */
static size_t clamp(size_t n, size_t size, unsigned width) {
        if (n >= size)
                n = size - 1;
        if (n >= width)
                n = width > 0 ? width - 1 : 0;
        return n;
}

size_t progress_line(char *buffer, size_t size, unsigned width, uint64_t entries, uint64_t bytes) {
        char human[HUMAN_MAX];
        size_t n;

        (void) snprintf(buffer, size, "deleting: %" PRIu64 " entries, %s", entries,
                        human_bytes(human, bytes));
        n = clamp(strlen(buffer), size, width);
        buffer[n] = '\0';
        return n;
}

static void put(const char *s, size_t n) {
        while (n > 0) {
                ssize_t written = write(STDERR_FILENO, s, n);

                if (written <= 0)
                        return; /* nobody looks any more */
                s += written;
                n -= (size_t) written;
        }
}

/* Blanks to the end, over what a longer line left, and back to the start. */
static void draw(const char *line, size_t n, unsigned width) {
        char out[LINE_MAX_BYTES];
        size_t end = clamp(width, sizeof(out) - 2, width);

        out[0] = '\r';
        memset(out + 1, ' ', end);
        memcpy(out + 1, line, n <= end ? n : end);
        out[1 + end] = '\r';
        put(out, end + 2);
}

static void draw_counters(struct progress *progress) {
        char line[LINE_MAX_BYTES];
        unsigned width = terminal_width();
        size_t n;

        n = progress_line(line, sizeof(line), width, atomic_load(&progress->counters.entries),
                          atomic_load(&progress->counters.bytes));
        draw(line, n, width);
        progress->drawn = true;
}

static struct timespec later(void) {
        struct timespec t = {0};

        (void) clock_gettime(CLOCK_MONOTONIC, &t);
        t.tv_nsec += DRAW_NS;
        if (t.tv_nsec >= 1000000000L) {
                t.tv_sec++;
                t.tv_nsec -= 1000000000L;
        }
        return t;
}

static void *progress_thread(void *p) {
        struct progress *progress = p;

        pthread_mutex_lock(&progress->lock);
        while (!progress->ended) {
                struct timespec until = later();

                if (pthread_cond_timedwait(&progress->wake, &progress->lock, &until) == ETIMEDOUT)
                        draw_counters(progress);
        }
        pthread_mutex_unlock(&progress->lock);
        return NULL;
}

/* Signals are for the main thread. */
static int start_thread(struct progress *progress) {
        sigset_t all, before;
        int r;

        (void) sigfillset(&all);
        (void) pthread_sigmask(SIG_SETMASK, &all, &before);
        r = pthread_create(&progress->thread, NULL, progress_thread, progress);
        (void) pthread_sigmask(SIG_SETMASK, &before, NULL);
        return -r;
}

static void init_wake(pthread_cond_t *wake) {
        pthread_condattr_t attr;

        (void) pthread_condattr_init(&attr);
        (void) pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
        (void) pthread_cond_init(wake, &attr);
        (void) pthread_condattr_destroy(&attr);
}

static void progress_free(struct progress *progress) {
        (void) pthread_cond_destroy(&progress->wake);
        (void) pthread_mutex_destroy(&progress->lock);
        free(progress);
}

int progress_start(struct progress **ret) {
        struct progress *progress = calloc(1, sizeof(*progress));
        int r;

        if (!progress)
                return -ENOMEM;

        (void) pthread_mutex_init(&progress->lock, NULL);
        init_wake(&progress->wake);
        r = start_thread(progress);
        if (r < 0) {
                progress_free(progress);
                return r;
        }

        *ret = progress;
        return 0;
}

struct progress *progress_stop(struct progress *progress) {
        if (!progress)
                return NULL;

        pthread_mutex_lock(&progress->lock);
        progress->ended = true;
        pthread_cond_signal(&progress->wake);
        pthread_mutex_unlock(&progress->lock);
        (void) pthread_join(progress->thread, NULL);

        if (progress->drawn)
                draw("", 0, terminal_width());
        progress_free(progress);
        return NULL;
}
