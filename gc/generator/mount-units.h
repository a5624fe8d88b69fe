/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "generator/dropin.h"

/*
 * Add the mounts on the way to the store's directories that have a unit file of their own, in place of a line
 * in fstab. Only whether there is one is looked at: what is in it, and what its own drop-ins say, could be
 * anything, so of its order nothing is assumed. -ENOMEM.
 */
int mount_units_add(const struct dropin_store *store, struct dropin_mounts *mounts, struct error *reterr);
