/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "collect/result.h"
#include "options/options.h"

/* Microseconds of the monotonic clock. */
uint64_t now_us(void);

/*
 * Sum up, print the report in the form that the options ask for, then what is wrong. Returns the exit status.
 */
int finish(const struct options *options, uint64_t started_us, struct outcome *outcome);

/* False, and said, where standard output did not take it all. A reader that had enough and went is no
 * failure. */
bool flush_report(void);
