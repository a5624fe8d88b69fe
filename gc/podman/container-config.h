/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

#include "base/arena.h"

/* The config.json of a container. CRI-O writes it to the container's directory in the graphroot, and so
 * does podman unless the store is transient. */
struct container_config {
        const char *name, *image; /* CRI-O's annotations; NULL if there are none */
        const char *layer;        /* the id of the layer of its root file system; NULL if not known */
};

/* dirfd is the container's directory. If the file does not exist or cannot be parsed, all members are
 * NULL; -ENOMEM is the only error. The strings are in the arena. */
int container_config_read(int dirfd, struct arena *arena, struct container_config *ret);

/* The same, for the content of the file. */
int container_config_parse(const char *text, size_t len, struct arena *arena, struct container_config *ret);
