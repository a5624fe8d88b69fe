/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Code that all forms of the report share: the list of subjects and its order. */

#include "report/report.h"

#include <string.h>

#include "util/log.h"

static bool next_of_records(const struct outcome *outcome, size_t first, size_t *i, struct subject *ret) {
        size_t at = outcome->first_record + (*i - first);

        if (at >= outcome->n_subjects)
                return false;
        *ret = outcome->subjects[at];
        (*i)++;
        return true;
}

/* Iterate over all entries, then over damage and losses. The subjects of kept entries are created on the fly:
 * only the plan contains them. */
static bool next_of_plan(const struct outcome *outcome, size_t *i, struct subject *ret) {
        const struct subject *subject;

        if (*i >= outcome->plan->n)
                return next_of_records(outcome, outcome->plan->n, i, ret);

        subject = outcome_find(outcome, &outcome->facts->entries[*i]);
        if (subject)
                *ret = *subject;
        else
                *ret = (struct subject){
                        .entry = &outcome->facts->entries[*i],
                        .result = RESULT_KEPT,
                        .reason = outcome->plan->decisions[*i].reason,
                };
        (*i)++;
        return true;
}

static bool next_of_subjects(const struct outcome *outcome, bool verbose, size_t *i, struct subject *ret) {
        for (; *i < outcome->n_subjects; (*i)++)
                if (verbose || outcome->subjects[*i].result != RESULT_KEPT) {
                        *ret = outcome->subjects[(*i)++];
                        return true;
                }
        return false;
}

static bool next_of_others(const struct outcome *outcome, size_t first, size_t *i, struct subject *ret) {
        if (*i - first >= outcome->n_others)
                return false;

        *ret = (struct subject){
                .entry = &outcome->others[*i - first],
                .result = RESULT_KEPT,
                .reason = REASON_OTHER_DRIVER,
        };
        (*i)++;
        return true;
}

bool report_next(const struct outcome *outcome, bool verbose, size_t *i, struct subject *ret) {
        bool all = verbose && outcome->plan;

        if (all ? next_of_plan(outcome, i, ret) : next_of_subjects(outcome, verbose, i, ret))
                return true;
        return verbose && next_of_others(outcome,
                                         all ? outcome->plan->n + outcome->n_subjects - outcome->first_record
                                             : outcome->n_subjects,
                                         i, ret);
}

bool flush_report(void) {
        if (fflush(stdout) == 0 && !ferror(stdout))
                return true;
        if (errno == EPIPE)
                return true;

        log_error("cannot write the report: %s", strerror(errno));
        return false;
}
