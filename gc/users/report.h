/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "options/options.h"
#include "users/worker.h"

/* Print the report of a run for all users in the form that the options select, then the errors. There is
 * one report for each user, in their order. Return the exit status. */
int report_users(const struct options *options, const struct users *users, const struct user_report *reports,
                 uint64_t elapsed_us);
