/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "options/options.h"
#include "users/worker.h"

/* Of a run for all users: print the report in the form that the options ask for, then what is wrong. One
 * report for each user, in their order. Returns the exit status. */
int report_users(const struct options *options, const struct users *users, const struct user_report *reports,
                 uint64_t elapsed_us);
