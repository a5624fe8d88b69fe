/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The results for the reports. They are made without the locks, so that no process waits for them. */

#include <string.h>

#include "base/array.h"
#include "collect/result.h"

void outcome_done(struct outcome *outcome) {
        for (size_t i = 0; i < outcome->n_subjects; i++)
                free(outcome->subjects[i].text);
        free(outcome->subjects);
        free(outcome->by_entry);
        *outcome = OUTCOME_INIT;
}

enum result result_of(enum reason reason) {
        switch (reason_verdict(reason)) {
        case VERDICT_KEEP:
                return RESULT_KEPT;
        case VERDICT_REMOVE:
                return RESULT_REMOVED;
        case VERDICT_REPAIR:
                return RESULT_REPAIRED;
        case VERDICT_REFUSE:
                return RESULT_REFUSED;
        }
        return RESULT_REFUSED;
}

void subject_fail(struct subject *subject, const char *text) {
        subject->result = RESULT_FAILED;
        free(subject->text);
        subject->text = strdup(text); /* if out of memory: failed, without a cause */
}

int outcome_fill(struct outcome *outcome, const struct scan *view) {
        const struct plan *plan = &view->plan;
        int r;

        r = ARRAY_RESERVE(outcome->subjects, outcome->cap_subjects,
                          plan->n_remove + plan->n_repair + plan->n_refuse);
        if (r < 0)
                return r;

        outcome->by_entry = calloc(plan->n + 1, sizeof(*outcome->by_entry));
        if (!outcome->by_entry)
                return -ENOMEM;

        outcome->facts = &view->facts;
        outcome->plan = plan;
        for (size_t i = 0; i < plan->n; i++) {
                const struct decision *decision = &plan->decisions[i];

                if (result_of(decision->reason) == RESULT_KEPT)
                        continue;

                assert(outcome->n_subjects < outcome->cap_subjects);
                outcome->by_entry[i] = &outcome->subjects[outcome->n_subjects];
                outcome->subjects[outcome->n_subjects++] = (struct subject){
                        .entry = &view->facts.entries[i],
                        .result = result_of(decision->reason),
                        .reason = decision->reason,
                        .because = decision->because,
                };
        }
        return 0;
}

int outcome_refuse(struct outcome *outcome, const struct facts *facts, const struct fact_entry *store) {
        int r;

        r = ARRAY_RESERVE(outcome->subjects, outcome->cap_subjects, 1);
        if (r < 0)
                return r;

        outcome->facts = facts;
        outcome->subjects[outcome->n_subjects++] = (struct subject){.entry = store,
                                                                    .result = RESULT_REFUSED,
                                                                    .reason = REASON_UNSUPPORTED_DRIVER};
        return 0;
}

struct subject *outcome_find(const struct outcome *outcome, const struct fact_entry *entry) {
        size_t i = (size_t) (entry - outcome->facts->entries);

        assert(i < outcome->plan->n);
        return outcome->by_entry[i];
}

void outcome_count(struct outcome *outcome) {
        memset(outcome->n, 0, sizeof(outcome->n));
        outcome->files_freed = outcome->bytes_freed = 0;
        outcome->n[RESULT_KEPT] = outcome->plan ? outcome->plan->n_keep : (size_t) outcome->n_accounted;

        for (size_t i = 0; i < outcome->n_subjects; i++) {
                const struct subject *subject = &outcome->subjects[i];

                outcome->n[subject->result]++;
                outcome->files_freed += subject->entries;
                outcome->bytes_freed += subject->bytes;
        }
}

bool outcome_is_measured(const struct outcome *outcome) {
        for (size_t i = 0; i < outcome->n_subjects; i++)
                if (outcome->subjects[i].result == RESULT_REMOVED && !outcome->subjects[i].measured)
                        return false;
        return true;
}

static const struct {
        const char *verdict, *done, *planned;
} words[RESULT_COUNT] = {
        [RESULT_KEPT] = {"keep", "kept", "kept"},
        [RESULT_REMOVED] = {"remove", "removed", "would-remove"},
        [RESULT_REPAIRED] = {"repair", "repaired", "would-repair"},
        [RESULT_REFUSED] = {"refuse", "refused", "refused"},
        [RESULT_FAILED] = {"fail", "failed", "failed"},
};

const char *result_name(enum result result) {
        assert(result < RESULT_COUNT);
        return words[result].verdict;
}

const char *result_word(enum result result, bool dry_run) {
        assert(result < RESULT_COUNT);
        return dry_run ? words[result].planned : words[result].done;
}
