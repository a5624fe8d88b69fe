/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "options/options.h"
#include "users/worker.h"

/* One zeroed report for each user. NULL if out of memory. */
struct user_report *user_reports_new(size_t n);
void user_reports_free(struct user_report *reports, size_t n);

/*
 * Run a process for each user that waits to be collected, several at once, until each has exited or was
 * killed. Set the statuses and fill in the reports. Return a negative errno if no process could be started at
 * all.
 */
int user_pool_run(const struct options *options, struct users *users, struct user_report *reports,
                  struct error *reterr);
