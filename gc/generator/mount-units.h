/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "generator/dropin.h"

/*
 * Add the mounts of the store's directories, and of the directories above them, that have a unit file instead
 * of a line in fstab. Only the existence of the file is checked: its content and drop-ins could be anything,
 * so its order is not known. -ENOMEM.
 */
int mount_units_add(const struct dropin_store *store, struct dropin_mounts *mounts, struct error *reterr);
