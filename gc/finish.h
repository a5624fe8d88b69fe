/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "collect/result.h"
#include "options/options.h"

/* Sum up, print the report in the form that the options select, then the errors. Return the exit status. */
int finish(const struct options *options, uint64_t started_us, struct outcome *outcome);
