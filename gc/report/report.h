/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdio.h>

#include "collect/result.h"
#include "report/problems.h"

/* What is said on standard output. One file for each form. */

struct json_writer;

/* A store among several: the user's whose it is. */
struct report_part {
        const char *user; /* NULL: it is the only one */
        const struct outcome *outcome;
};

/* What a report shows. */
struct report_style {
        bool verbose; /* what is kept, too */
        bool summary; /* no single subjects, but their numbers for each result and reason */
        bool color;   /* of the table */
};

/* Of those who read it, the oldest should go on working: members are added, never changed or taken away. */
#define REPORT_VERSION 1

/* The object that the manual describes. */
void report_json(FILE *out, const struct outcome *outcome, const struct problems *problems,
                 const struct report_style *style);

/* Its members from "store" on, for an object that has more of them; and its "summary". */
void report_json_members(struct json_writer *json, const struct outcome *outcome,
                         const struct problems *problems, const struct report_style *style);
void report_json_summary(struct json_writer *json, const struct outcome *outcome);

/* One line for each subject, and one with the sums: for logs and grep. */
void report_plain(FILE *out, const struct outcome *outcome, const struct report_style *style);

/* The same of a user's among several: each line begins with the user's name, and the sums have what became of
 * it. Where no store was looked at, that is all. */
void report_plain_part(FILE *out, const struct report_part *part, const char *status,
                       const struct report_style *style);

/* A table, and a sentence: for a terminal. Negative errno where it cannot be made, and then nothing was
 * printed.
 */
int report_table(FILE *out, const struct outcome *outcome, const struct report_style *style);

/* The same of n stores, with sums of all. */
int report_table_of(FILE *out, const struct report_part *parts, size_t n, const struct outcome *sums,
                    const struct report_style *style);

/*
 * One after the other what a report lists: the subjects, with verbose among them what is kept, in the order
 * of the facts. *i starts at 0. false after the last. The strings stay the outcome's.
 */
bool report_next(const struct outcome *outcome, bool verbose, size_t *i, struct subject *ret);

/* False, and said, where standard output did not take it all. A reader that had enough and went is no
 * failure. */
bool flush_report(void);
