/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "options/options.h"

/* Run the collector, from the options to the report. Return the exit status. */
int run(const struct options *options);
