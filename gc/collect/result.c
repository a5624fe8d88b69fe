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
        free(outcome->records);
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

/* If an entry changed after the scan, another process changed it. Report that, not the reason of the plan. */
void subject_apply(struct subject *subject, int code, const char *text) {
        switch (code) {
        case 0:
                return;
        case -ENOENT:
                subject->reason = REASON_VANISHED;
                break;
        case -ESTALE:
                subject->reason = REASON_CHANGED;
                break;
        case -EBUSY:
                subject->reason = REASON_BUSY;
                break;
        case -ECANCELED:
                subject->reason = REASON_LAYER_REFUSED;
                break;
        default:
                subject_fail(subject, text && text[0] ? text : strerror(-code));
                return;
        }
        subject->result = result_of(subject->reason);
}

static void add_record(struct outcome *outcome, enum reason reason, const struct fact_entry *record) {
        struct fact_entry *entry = &outcome->records[outcome->n_subjects - outcome->first_record];

        if (result_of(reason) == RESULT_KEPT)
                return;

        assert(outcome->n_subjects < outcome->cap_subjects);
        *entry = *record;
        entry->problem = "";
        outcome->subjects[outcome->n_subjects++] =
                (struct subject){.entry = entry, .result = result_of(reason), .reason = reason};
}

static void add_damage(struct outcome *outcome, enum reason reason, const struct fact_damage *damage) {
        const struct fact_entry record = {.kind = FACT_KIND_LAYER,
                                          .imagestore = damage->imagestore,
                                          .id = *damage->layer ? damage->layer : NULL,
                                          .name = damage->layer,
                                          .path = damage->path};

        add_record(outcome, reason, &record);
}

static void add_loss(struct outcome *outcome, const struct loss *loss) {
        const struct facts *facts = outcome->facts;
        struct fact_entry record = {0};

        if (loss->reason == REASON_IMAGE_LOST) {
                record.kind = FACT_KIND_IMAGE;
                record.id = facts->images[loss->index].id;
                record.name = facts->images[loss->index].name;
        } else {
                record.kind = FACT_KIND_CONTAINER;
                record.id = facts->containers[loss->index].id;
                record.name = facts->containers[loss->index].name;
        }
        record.path = *record.name ? record.name : record.id;
        add_record(outcome, loss->reason, &record);
}

static void add_records(struct outcome *outcome) {
        const struct plan *plan = outcome->plan;

        outcome->first_record = outcome->n_subjects;
        for (size_t i = 0; i < plan->n_damages; i++)
                add_damage(outcome, plan->damages[i].reason, &outcome->facts->damages[i]);
        for (size_t i = 0; i < plan->n_losses; i++)
                add_loss(outcome, &plan->losses[i]);
}

int outcome_fill(struct outcome *outcome, const struct scan *view) {
        const struct plan *plan = &view->plan;
        int r;

        r = ARRAY_RESERVE(outcome->subjects, outcome->cap_subjects,
                          plan->n_remove + plan->n_repair + plan->n_refuse);
        if (r < 0)
                return r;

        outcome->by_entry = calloc(plan->n + 1, sizeof(*outcome->by_entry));
        outcome->records = calloc(plan->n_damages + plan->n_losses + 1, sizeof(*outcome->records));
        if (!outcome->by_entry || !outcome->records)
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
        add_records(outcome);
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
