/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

/* By its type, as tables of mounts have it: whether another machine has to answer where it is looked at. */
bool fs_type_is_network(const char *type);
