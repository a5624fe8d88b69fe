/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

/* Whether a file system type, as in mount tables, is that of a network file system: an access waits for
 * another machine. */
bool fs_type_is_network(const char *type);
