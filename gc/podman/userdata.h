/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <cstorage.h>

#include "base/error.h"

/* Get a runroot from the config.json of a container of the store that is not the store's runroot: podman
 * bind-mounts files of the runroot into each container. Return 1, or 0 if there is none. */
int podman_userdata_runroot(const struct cstorage_store *store, char **ret, struct error *reterr);
