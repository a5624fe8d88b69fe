/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/error.h"
#include "users/users.h"

/* Read all entries of passwd, including those of directory services that list their users. On failure, the
 * users that were read before are kept. */
int users_read(struct users *users, struct error *reterr);

/* Read the mount table. No path in it is accessed. */
int users_read_mounted(struct mount_table *table, struct error *reterr);

/* Read fstab; it need not exist. */
int users_read_fstab(struct mount_table *table, struct error *reterr);
