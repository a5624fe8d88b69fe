/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdio.h>

#include "collect/result.h"
#include "report/problems.h"

/* The report on standard output. Each form is in a file of its own. */

struct json_writer;

/* One of several stores: that of a user. */
struct report_part {
        const char *user; /* NULL if it is the only one */
        const struct outcome *outcome;
};

/* The content of a report. */
struct report_style {
        bool verbose; /* include kept entries */
        bool summary; /* print no subjects, but their number for each result and reason */
        bool color;   /* color the table */
};

/* Programs that read version 1 must continue to work: members are added, never changed or removed. */
#define REPORT_VERSION 1

/* Print the object that the manual describes. */
void report_json(FILE *out, const struct outcome *outcome, const struct problems *problems,
                 const struct report_style *style);

/* Print the members of that object from "store" on, for an object with more members; and its "summary". */
void report_json_members(struct json_writer *json, const struct outcome *outcome,
                         const struct problems *problems, const struct report_style *style);
void report_json_summary(struct json_writer *json, const struct outcome *outcome);

/* Print one line for each subject, and one with the sums: for logs and grep. */
void report_plain(FILE *out, const struct outcome *outcome, const struct report_style *style);

/* Print the same for one of several users: each line begins with the name of the user, and the sums
 * include the status. If no store was scanned, print only the status. */
void report_plain_part(FILE *out, const struct report_part *part, const char *status,
                       const struct report_style *style);

/* Print a table and a sentence, for a terminal. Return a negative errno if the table cannot be made; then
 * nothing was printed. */
int report_table(FILE *out, const struct outcome *outcome, const struct report_style *style);

/* Print the same for n stores, with the sums of all. */
int report_table_of(FILE *out, const struct report_part *parts, size_t n, const struct outcome *sums,
                    const struct report_style *style);

/* Iterate over the subjects, with verbose also over the kept entries, in the order of the facts. *i starts
 * at 0. Return false after the last. The outcome owns the strings. */
bool report_next(const struct outcome *outcome, bool verbose, size_t *i, struct subject *ret);

/* Flush standard output. Return false and print the error if a write failed. If the reader closed the
 * pipe, that is no failure. */
bool flush_report(void);
