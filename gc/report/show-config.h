/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "options/options.h"

/* Print every setting and its origin ("cstorage-gc config"). Return the exit status. */
int show_config(const struct options *options, const struct cstorage_config *config);
