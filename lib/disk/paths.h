/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/newfile.h"

/* All file names of the format except those of the drivers (paths.c; store.go, layers.go, tempdir.go). */

enum path {
        PATH_LAYERS_DIR, /* <driver>-layers */
        PATH_LAYERS_JSON,
        PATH_LAYERS_VOLATILE_JSON,
        PATH_LAYERS_LOCK,
        PATH_LAYERS_TEMP, /* the root of the temp dirs, except those of the driver */
        PATH_MOUNTS_JSON,
        PATH_MOUNTS_LOCK,
        PATH_IMAGES_DIR,
        PATH_IMAGES_JSON,
        PATH_IMAGES_LOCK,
        PATH_CONTAINERS_DIR,
        PATH_CONTAINERS_JSON,
        PATH_CONTAINERS_VOLATILE_JSON,
        PATH_CONTAINERS_LOCK,
        PATH_COUNT,
};

#define PATH_LENGTH_MAX 64U /* room for the longest driver name, the longest file name, "/" and "-" */

/* A path for this driver, relative to its graphroot, image store or runroot. Returns buffer. */
const char *path_of(enum path path, const char *driver, char buffer[static PATH_LENGTH_MAX]);

/* The file name without its directory, a string constant. "" for a directory. */
const char *path_name(enum path path);

#define TEMP_DIR_PREFIX   "temp-dir-"
#define TEMP_LOCK_PREFIX  "lock-"
#define TAR_SPLIT_SUFFIX  ".tar-split.gz"
#define LEFTOVER_PREFIX   NEWFILE_PREFIX
#define STAGING_LOCK_NAME "staging.lock"

/* Is this the name of a volatile record file in this directory (PATH_*_DIR)? */
bool path_is_volatile_file(enum path dir, const char *name);

#define TORN_SUFFIX ".torn" /* of a torn volatile file that was moved aside; the Go library has none */

/* Is this name ".tmp-<record file><digits>", for a record file of this directory (PATH_*_DIR)? Such a file is
 * left over from an interrupted save. */
bool path_is_save_leftover(enum path dir, const char *name);
