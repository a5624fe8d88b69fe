/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/error.h"
#include "users/users.h"

/* All that passwd has, of directory services too where these list their users. Where it fails, those are
 * there that came before. */
int users_read(struct users *users, struct error *reterr);

/* What is mounted. No path that stands there is looked at. */
int users_read_mounted(struct mount_table *table, struct error *reterr);

/* What is to be; there need not be an fstab. */
int users_read_fstab(struct mount_table *table, struct error *reterr);
