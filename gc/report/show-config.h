/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "options/options.h"

/* What --show-config prints: every setting, and who said so. Returns the exit status. */
int show_config(const struct options *options, const struct cstorage_config *config);
