/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

#define WHITEOUT_PREFIX ".wh."
#define OPAQUE_NAME     ".wh..wh..opq"

/*
 * The path of a name in an archive, relative to the root of the layer, without "." and ".." and with single
 * slashes (filepath.Clean, then filepath.Join with the root): "." is the root itself. -EBADMSG: it leads out
 * of the layer, or is longer than the kernel accepts, so that no layer can have it. The caller frees *ret.
 */
int entry_path(const char *name, char **ret);

/* The last component of a path. */
const char *entry_basename(const char *path);
