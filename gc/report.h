/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdio.h>

#include "outcome.h"
#include "problems.h"

/* What is said on standard output. One file for each form. */

/* The object that the manual describes. */
void report_json(FILE *out, const struct outcome *outcome, const struct problems *problems, bool verbose);

/* One line for each subject, and one with the sums: for logs and grep. */
void report_plain(FILE *out, const struct outcome *outcome, bool verbose);

/* A table, and a sentence: for a terminal. Negative errno where it cannot be made, and then nothing was
 * printed.
 */
int report_table(FILE *out, const struct outcome *outcome, bool verbose);

/*
 * One after the other what a report lists: the subjects, with verbose among them what is kept, in the order
 * of the facts. *i starts at 0. false after the last. The strings stay the outcome's.
 */
bool report_next(const struct outcome *outcome, bool verbose, size_t *i, struct subject *ret);
