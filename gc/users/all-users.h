/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "options/options.h"

/* A run for root and all users, from the options to the report. Return the exit status. */
int all_users(const struct options *options);
