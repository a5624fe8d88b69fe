/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Parse durations with integers only: a double cannot represent 0.1 exactly. */

#include <string.h>

#include "options/options.h"

static const struct {
        const char *name;
        uint64_t us;
} units[] = {
        {"", 1000000}, /* seconds */
        {"us", 1},     {"ms", 1000}, {"s", 1000000}, {"m", 60000000}, {"min", 60000000}, {"h", 3600000000},
};

static int unit_find(const char *name, uint64_t *ret) {
        for (size_t i = 0; i < ARRAY_SIZE(units); i++)
                if (strcmp(units[i].name, name) == 0) {
                        *ret = units[i].us;
                        return 0;
                }
        return -EINVAL;
}

static bool is_digit(char c) {
        return c >= '0' && c <= '9';
}

int parse_duration(const char *s, uint64_t *ret_us) {
        uint64_t whole = 0, part = 0, scale = 1, unit;
        const char *start = s;
        int r;

        for (; is_digit(*s); s++)
                if (whole <= LOCK_TIMEOUT_MAX_US)
                        whole = whole * 10 + (uint64_t) (*s - '0');
        if (s == start)
                return -EINVAL;
        if (*s == '.') {
                if (!is_digit(*++s))
                        return -EINVAL;
                for (; is_digit(*s); s++)
                        if (scale < 1000000) { /* finer than a microsecond: ignored */
                                part = part * 10 + (uint64_t) (*s - '0');
                                scale *= 10;
                        }
        }

        r = unit_find(s, &unit);
        if (r < 0)
                return r;
        if (whole > LOCK_TIMEOUT_MAX_US / unit)
                return -ERANGE;
        whole = whole * unit + part * unit / scale;
        if (whole > LOCK_TIMEOUT_MAX_US)
                return -ERANGE;

        *ret_us = whole;
        return 0;
}
