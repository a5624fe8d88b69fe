/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "collect/result.h"

/* The number of subjects for each result and reason. */

struct total {
        enum result result;
        enum reason reason;
        uint64_t count, entries, bytes;
        bool measured; /* entries and bytes include all of them */
};

struct totals {
        struct total of[RESULT_COUNT][REASON_COUNT];
};

/* verbose: include kept entries. */
void totals_count(struct totals *totals, const struct outcome *outcome, bool verbose);

/* Iterate over the totals that are not 0. *i starts at 0. Return NULL after the last. */
const struct total *totals_next(const struct totals *totals, size_t *i);
