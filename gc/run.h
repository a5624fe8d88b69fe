/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "options/options.h"

/* Everything from the options to the report. Returns the exit status. */
int run(const struct options *options);
