/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <cstorage.h>

#include "base/error.h"

/*
 * The runroot that a container of the store names in its config.json, if it is not the store's: 1, or 0 if
 * none does. Podman binds files below the runroot into each container.
 */
int podman_userdata_runroot(const struct cstorage_store *store, char **ret, struct error *reterr);
