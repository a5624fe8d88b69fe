/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <limits.h>

#include "driver/driver.h"

#define LAYER_PATH_MAX (NAME_MAX + 32U) /* an id, the name of an entry of its directory, and layers_dir */

/*
 * The path of a layer directory relative to the home (layers_dir of struct driver), followed by below
 * ("/diff", ""). The id of a caller need not be hexadecimal, but is a single path component. Returns buffer.
 */
const char *driver_layer_path(const char *layers_dir, const char *id, const char *below,
                              char buffer[static LAYER_PATH_MAX]);

/* Can a directory have the name id? The id in a record can be any text. */
bool driver_is_layer_id(const char *id);

/* Open the layer directory in the first home that has it; *ret_index is the index of that home. -ENOENT and a
 * message if no home has it. */
int driver_open_layer(const char *layers_dir, const struct homes *homes, const char *id, size_t *ret_index,
                      struct error *reterr);
