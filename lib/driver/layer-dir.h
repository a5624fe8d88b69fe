/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <limits.h>

#include "driver/driver.h"

#define LAYER_PATH_MAX (NAME_MAX + 32U) /* an id, the name of what is in its directory, and layers_dir */

/* The path of a layer's directory below the home (struct driver's layers_dir), with what shall stand behind
 * it ("/diff", ""). Ids of callers need not be hex digits, but they are one component of a path. Returns
 * buffer. */
const char *driver_layer_path(const char *layers_dir, const char *id, const char *below,
                              char buffer[static LAYER_PATH_MAX]);

/*
 * Open the directory of a layer in the first of the homes that has it, and say which. -ENOENT and a text
 * where none has.
 */
int driver_open_layer(const char *layers_dir, const struct homes *homes, const char *id, size_t *ret_index,
                      struct error *reterr);
