/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The summary, for a machine with hundreds of orphans. */

#include "report/totals.h"

#include <string.h>

#include "report/report.h"

static void add(struct total *total, const struct subject *subject) {
        total->measured = subject->measured && (total->count == 0 || total->measured);
        total->result = subject->result;
        total->reason = subject->reason;
        total->count++;
        total->entries += subject->entries;
        total->bytes += subject->bytes;
}

void totals_count(struct totals *totals, const struct outcome *outcome, bool verbose) {
        struct subject subject;

        memset(totals, 0, sizeof(*totals));
        for (size_t i = 0; report_next(outcome, verbose, &i, &subject);)
                add(&totals->of[subject.result][subject.reason], &subject);
}

const struct total *totals_next(const struct totals *totals, size_t *i) {
        while (*i < (size_t) RESULT_COUNT * REASON_COUNT) {
                const struct total *total = &totals->of[*i / REASON_COUNT][*i % REASON_COUNT];

                (*i)++;
                if (total->count > 0)
                        return total;
        }
        return NULL;
}
