/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Options that affect the plan. */
struct policy {
        /*
         * If a temp dir has no directory, or its lock file is not locked, and it is younger than this, a Go
         * process may be between creating and locking the lock file (internal/tempdir/tempdir.go:NewTempDir).
         */
        int64_t temp_young_ns;
        bool recent;       /* remove orphans that changed since the boot, if they are not in use */
        bool repair;       /* reset torn volatile files, and repair damaged layers */
        bool only_repairs; /* remove no garbage */
};

#define POLICY_DEFAULT ((struct policy){.temp_young_ns = 60LL * 1000 * 1000 * 1000, .repair = true})
