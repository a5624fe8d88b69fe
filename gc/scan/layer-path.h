/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* The path of the directory of a layer, also of one that does not exist, for reports. The entries must be in
 * the facts; the path belongs to them. -ENOMEM. */
int layer_path(struct facts *facts, bool in_imagestore, const char *layer, const char **ret);
