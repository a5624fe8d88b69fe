/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <cstorage.h>

#include "scan/scan.h"

/* The results for the reports: the plan's verdicts, replaced by the results of the execution. In a dry run
 * there are only verdicts. */

enum result {
        RESULT_KEPT,
        RESULT_REMOVED,  /* in a dry run: would be */
        RESULT_REPAIRED, /* in a dry run: would be */
        RESULT_REFUSED,
        RESULT_FAILED,
        RESULT_COUNT,
};

struct subject { /* one entry or damaged object that is not simply kept */
        const struct fact_entry *entry;
        enum result result;
        enum reason reason;
        const struct fact_file *because; /* as in struct decision */
        char *text;                      /* the error; NULL if there was none */
        bool measured;                   /* the two members below are valid */
        uint64_t entries, bytes;
};

struct orphan_details;

struct outcome {
        const struct facts *facts;
        const struct plan *plan; /* NULL if there was nothing to plan */
        uint64_t n_accounted;    /* then: recorded entries, which were not examined */
        struct subject
                *subjects; /* in the order of the facts: by kind, directory, name; then damage and losses */
        size_t n_subjects, cap_subjects;
        size_t first_record;             /* the first subject that is no entry of the facts */
        struct fact_entry *records;      /* the objects of the damage and the losses, as reports need them */
        struct subject **by_entry;       /* by entry of the facts; NULL: it is kept */
        const struct fact_entry *others; /* stores of other drivers, if requested; not counted */
        size_t n_others;
        const struct orphan_details *details; /* for the report; NULL if not requested */
        bool dry_run;
        /* not all of the trash was deleted, on request or because of a signal */
        bool left;
        size_t n[RESULT_COUNT];            /* of outcome_count() */
        uint64_t files_freed, bytes_freed; /* of outcome_count() */
        uint64_t lock_held_us, elapsed_us;
};

#define OUTCOME_INIT ((struct outcome){0})

void outcome_done(struct outcome *outcome);
#define _cleanup_outcome_ _cleanup_(outcome_done)

/* Make the subjects from the plan. The scan must outlive the outcome. -ENOMEM. */
int outcome_fill(struct outcome *outcome, const struct scan *view);

/* Make the store, which is refused as a whole, the only subject. -ENOMEM. */
int outcome_refuse(struct outcome *outcome, const struct facts *facts, const struct fact_entry *store);

/* The subject of an entry of the facts; NULL if it has none. The outcome is from outcome_fill(). */
struct subject *outcome_find(const struct outcome *outcome, const struct fact_entry *entry);

/* The result of a verdict if no error occurs. */
enum result result_of(enum reason reason);

/* Change the result to failed. */
void subject_fail(struct subject *subject, const char *text);

/* Replace the plan's verdict by the library's result: a code, 0 or negative errno, and its text, or NULL. */
void subject_apply(struct subject *subject, int code, const char *text);

/* Calculate the sums, after all results are final. */
void outcome_count(struct outcome *outcome);

/* Whether the sums of files and bytes include every entry that is, or would be, removed. */
bool outcome_is_measured(const struct outcome *outcome);

/* "keep", "remove", "repair", "refuse", "fail" */
const char *result_name(enum result result);

/* "removed"; in a dry run "would-remove" */
const char *result_word(enum result result, bool dry_run);
