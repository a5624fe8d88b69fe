/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "options/options.h"
#include "users/worker.h"

/* As many reports as there are users, zeroed. NULL: no memory. */
struct user_report *user_reports_new(size_t n);
void user_reports_free(struct user_report *reports, size_t n);

/*
 * Run a process for each user that waits to be collected, several at once, until each ended by itself or was
 * ended. Sets the statuses, and fills in the reports. Negative where that cannot even begin.
 */
int user_pool_run(const struct options *options, struct users *users, struct user_report *reports,
                  struct error *reterr);
