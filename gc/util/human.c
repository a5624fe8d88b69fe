/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Format sizes and times as lsblk and systemd-analyze do. */

#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "util/human.h"

const char *human_bytes(char buffer[HUMAN_MAX], uint64_t bytes) {
        static const char units[] = "BKMGTPE";
        uint64_t tenths = 0;
        size_t i = 0;

        for (; bytes >= 1024 && i + 1 < sizeof(units) - 1; i++) {
                tenths = bytes % 1024 * 10 / 1024;
                bytes /= 1024;
        }
        if (i == 0 || bytes >= 10)
                (void) snprintf(buffer, HUMAN_MAX, "%" PRIu64 "%c", bytes, units[i]);
        else
                (void) snprintf(buffer, HUMAN_MAX, "%" PRIu64 ".%" PRIu64 "%c", bytes, tenths, units[i]);
        return buffer;
}

/* Use one unit, and at least two of it, so that the rounding error is less than half. */
const char *human_age(char buffer[HUMAN_MAX], uint64_t s) {
        static const struct {
                uint64_t s;
                const char *name;
        } units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
        size_t i = 0;

        while (i + 1 < ARRAY_SIZE(units) && s < 2 * units[i].s)
                i++;
        (void) snprintf(buffer, HUMAN_MAX, "%" PRIu64 "%s", s / units[i].s, units[i].name);
        return buffer;
}

const char *human_time(char buffer[HUMAN_MAX], uint64_t us) {
        if (us < 1000)
                (void) snprintf(buffer, HUMAN_MAX, "%" PRIu64 "us", us);
        else if (us < 1000000)
                (void) snprintf(buffer, HUMAN_MAX, "%" PRIu64 ".%" PRIu64 "ms", us / 1000, us % 1000 / 100);
        else
                (void) snprintf(buffer, HUMAN_MAX, "%" PRIu64 ".%02" PRIu64 "s", us / 1000000,
                                us % 1000000 / 10000);
        return buffer;
}
