/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/newfile.h"

/* Every file name of the format but those of the drivers, in one table (paths.c; store.go, layers.go,
 * tempdir.go). */

enum path {
        PATH_LAYERS_DIR, /* <driver>-layers */
        PATH_LAYERS_JSON,
        PATH_LAYERS_VOLATILE_JSON,
        PATH_LAYERS_LOCK,
        PATH_LAYERS_TEMP, /* the root of the temp dirs for what is not the driver's */
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

#define PATH_LENGTH_MAX 64U /* the longest driver name, the longest file name, "/" and "-" fit */

/* The path of one for a driver, relative to the graphroot, image store or runroot that has it. Returns
 * buffer. */
const char *path_of(enum path path, const char *driver, char buffer[static PATH_LENGTH_MAX]);

/* The name of one without its directory: a string constant. "" for a directory. */
const char *path_name(enum path path);

#define TEMP_DIR_PREFIX   "temp-dir-"
#define TEMP_LOCK_PREFIX  "lock-"
#define TAR_SPLIT_SUFFIX  ".tar-split.gz"
#define LEFTOVER_PREFIX   NEWFILE_PREFIX
#define STAGING_LOCK_NAME "staging.lock"

/* A volatile record file of this directory (PATH_*_DIR). */
bool path_is_volatile_file(enum path dir, const char *name);

#define TORN_SUFFIX ".torn" /* of the name that a volatile file has once it was moved aside; ours */

/* ".tmp-<record file><digits>" for a record file of this directory (PATH_*_DIR): leftover of an interrupted
 * save. */
bool path_is_save_leftover(enum path dir, const char *name);
