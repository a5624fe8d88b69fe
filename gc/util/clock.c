/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/clock.h"

#include <time.h>

static uint64_t read_us(clockid_t clock) {
        struct timespec now = {0};

        (void) clock_gettime(clock, &now);
        return (uint64_t) now.tv_sec * 1000000 + (uint64_t) now.tv_nsec / 1000;
}

uint64_t now_us(void) {
        return read_us(CLOCK_MONOTONIC);
}

uint64_t uptime_us(void) {
        return read_us(CLOCK_BOOTTIME);
}
