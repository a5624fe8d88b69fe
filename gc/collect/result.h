/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <cstorage.h>

#include "scan/scan.h"

/*
 * What became of everything, for the reports: the plan's verdicts, and over them what the execution met. In a
 * dry run the verdicts alone.
 */

enum result {
        RESULT_KEPT,
        RESULT_REMOVED,  /* in a dry run: would be */
        RESULT_REPAIRED, /* likewise */
        RESULT_REFUSED,
        RESULT_FAILED,
        RESULT_COUNT,
};

struct subject { /* one entry that is not simply kept */
        const struct fact_entry *entry;
        enum result result;
        enum reason reason;
        const struct fact_file *because; /* as in struct decision */
        char *text;                      /* what failed; NULL where nothing did */
        bool measured;                   /* the two below are known */
        uint64_t entries, bytes;
};

struct orphan_details;

struct outcome {
        const struct facts *facts;
        const struct plan *plan; /* NULL where there was nothing to plan */
        uint64_t n_accounted; /* then: entries that were seen to have a record, and not looked at further */
        struct subject *subjects; /* in the order of the facts: by kind, place, name */
        size_t n_subjects, cap_subjects;
        struct subject **by_entry;       /* the same, for outcome_find() */
        const struct fact_entry *others; /* stores of other drivers, where somebody asked; not counted */
        size_t n_others;
        const struct orphan_details *details; /* for the report; NULL: not asked for */
        bool dry_run;
        bool left;                         /* what was retired is not all deleted: by wish or by a signal */
        size_t n[RESULT_COUNT];            /* of outcome_count() */
        uint64_t files_freed, bytes_freed; /* likewise */
        uint64_t lock_held_us, elapsed_us;
};

#define OUTCOME_INIT ((struct outcome){0})

void outcome_done(struct outcome *outcome);
#define _cleanup_outcome_ _cleanup_(outcome_done)

/* The subjects that the view's plan makes; view must outlive the outcome. -ENOMEM. */
int outcome_fill(struct outcome *outcome, const struct scan *view);

/* A store that is refused whole is the one subject. -ENOMEM. */
int outcome_refuse(struct outcome *outcome, const struct facts *facts, const struct fact_entry *store);

/* The subject of an entry; NULL where it has none. Logarithmic. */
struct subject *outcome_find(const struct outcome *outcome, const struct cstorage_entry *entry);

/* What a verdict comes to where nothing goes wrong. */
enum result result_of(enum reason reason);

/* This one failed after all. */
void subject_fail(struct subject *subject, const char *text);

/* Sum up; once all results are final. */
void outcome_count(struct outcome *outcome);

/* Whether the sums of entries and bytes are those of all that is, or would be, removed. */
bool outcome_is_measured(const struct outcome *outcome);

/* "keep", "remove", "heal", "refuse", "fail" */
const char *result_name(enum result result);
