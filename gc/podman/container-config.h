/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

#include "base/arena.h"

/*
 * The config.json with which a container was started. CRI-O keeps it in the container's directory of the
 * graphroot, and so does podman unless the store is in transient mode.
 */
struct container_config {
        const char *name, *image; /* CRI-O's annotations; NULL: there are none */
        const char *layer;        /* the id of the layer that is its root file system; NULL: not known */
};

/* The directory is the container's. A file that does not exist, or is not understood, has nothing; -ENOMEM is
 * the only error. The strings live in the arena. */
int container_config_read(int dirfd, struct arena *arena, struct container_config *ret);

/* The same for the content of the file. */
int container_config_parse(const char *text, size_t len, struct arena *arena, struct container_config *ret);
