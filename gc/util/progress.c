/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The progress line of a deletion. A separate thread draws it, so that the deleting threads only count. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "util/human.h"
#include "util/progress.h"
#include "util/ticker.h"

/* Ten times a second is smooth and needs no measurable time. */
#define DRAW_NS (100 * 1000 * 1000)

/* More columns than any terminal has; a longer line is cut. */
#define LINE_MAX_BYTES 512

struct progress {
        struct tree_progress counters;
        struct ticker *ticker;
        bool drawn; /* used by the ticker until it ends */
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

/* One column stays free: some terminals wrap when the last column is written. */
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

        (void) snprintf(buffer, size, "deleting: %" PRIu64 " files, %s", entries, human_bytes(human, bytes));
        n = clamp(strlen(buffer), size, width);
        buffer[n] = '\0';
        return n;
}

static void put(const char *s, size_t n) {
        while (n > 0) {
                ssize_t written = write(STDERR_FILENO, s, n);

                if (written <= 0)
                        return; /* standard error is closed */
                s += written;
                n -= (size_t) written;
        }
}

/* Overwrite the rest of a longer line with blanks, and return to the first column. */
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

void progress_show(const char *line) {
        draw(line, strlen(line), terminal_width());
}

static void tick(void *data) {
        draw_counters(data);
}

int progress_start(struct progress **ret) {
        struct progress *progress = calloc(1, sizeof(*progress));
        int r;

        if (!progress)
                return -ENOMEM;

        r = ticker_start(&progress->ticker, DRAW_NS, tick, progress);
        if (r < 0) {
                free(progress);
                return r;
        }

        *ret = progress;
        return 0;
}

struct progress *progress_stop(struct progress *progress) {
        if (!progress)
                return NULL;

        progress->ticker = ticker_stop(progress->ticker);
        if (progress->drawn)
                progress_show("");
        free(progress);
        return NULL;
}
