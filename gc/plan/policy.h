/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* What the plan may assume beyond the facts. */
struct policy {
        /*
         * A temp dir without a directory, or a lock file that nobody holds, younger than this may belong to a
         * Go process between making the file and locking it (internal/tempdir/tempdir.go:NewTempDir).
         */
        int64_t temp_young_ns;
        bool recent; /* an orphan that changed since the boot may go, if nothing uses it */
        bool repair; /* broken volatile files may be put right */
};

#define POLICY_DEFAULT ((struct policy){.temp_young_ns = 60LL * 1000 * 1000 * 1000, .repair = true})
