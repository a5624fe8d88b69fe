/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "report/problems.h"

/*
 * Records of the journal: what a service tells, one for each thing that happened, with fields that programs
 * can ask for and an id that the catalog explains (journalctl -x). cstorage-gc-report(5) has the list.
 */

/* The user whose store a record is about, in a run for all users. NULL: the user that runs the program. */
struct journal_user {
        const char *name;
        uint32_t uid;
};

/* Whether standard error leads there. Then this is told it, and not standard error. */
bool journal_is_stderr(void);

/* What became of a run: each subject, each problem, and the sum. */
void journal_report(const struct outcome *outcome, const struct problems *problems,
                    const struct journal_user *user);

/* A run that came to nothing, and its exit status. */
void journal_failure(int status, const char *text, const struct journal_user *user);

/* There is no store. */
void journal_no_store(const char *graphroot, const char *text);

/* What the reaper deleted of one collection, and how many directories it had to leave to others. */
void journal_deleted(uint64_t entries, uint64_t bytes, size_t left, uint64_t elapsed_us);
