/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/descriptors.h"

#include <sys/resource.h>

/* As in the units (LimitNOFILE=). */
#define DESCRIPTORS_MAX 65536U

void descriptors_allow(void) {
        struct rlimit limit;

        if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= DESCRIPTORS_MAX)
                return;
        limit.rlim_cur = limit.rlim_max < DESCRIPTORS_MAX ? limit.rlim_max : DESCRIPTORS_MAX;
        (void) setrlimit(RLIMIT_NOFILE, &limit);
}
