/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "collect/result.h"

/* The subjects of a report, counted for each result and reason. */

struct total {
        enum result result;
        enum reason reason;
        uint64_t count, entries, bytes;
        bool measured; /* entries and bytes are those of all of them */
};

struct totals {
        struct total of[RESULT_COUNT][REASON_COUNT];
};

/* verbose: what is kept, too. */
void totals_count(struct totals *totals, const struct outcome *outcome, bool verbose);

/* One after the other, those that count something. *i starts at 0. NULL after the last. */
const struct total *totals_next(const struct totals *totals, size_t *i);
