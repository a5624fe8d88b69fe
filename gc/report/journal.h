/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "report/problems.h"

/* Journal records: one for each event, with fields for programs and a message id that the catalog explains
 * (journalctl -x). cstorage-gc-report(5) lists them. */

/* The user whose store a record is about, in a run for all users. NULL: the user that runs the program. */
struct journal_user {
        const char *name;
        uint32_t uid;
};

/* Whether standard error is connected to the journal. Then records are sent instead of lines on standard
 * error. */
bool journal_is_stderr(void);

/* Send the results of a run: each subject, each problem, and the sums. */
void journal_report(const struct outcome *outcome, const struct problems *problems,
                    const struct journal_user *user);

/* Send the failure of a run and its exit status. */
void journal_failure(int status, const char *text, const struct journal_user *user);

/* Send that there is no store. */
void journal_no_store(const char *graphroot, const char *text);

/* Send how much the deleter deleted of one collection, and how many directories it had to leave. */
void journal_deleted(uint64_t entries, uint64_t bytes, size_t left, uint64_t elapsed_us);
