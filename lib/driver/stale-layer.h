/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "driver/driver.h"

/*
 * Remove what is left of a layer that has no record, link and all, so that one of the same id can be made:
 * 0, also where there is nothing; -EBUSY where something is mounted in it. It is gone from its place in one
 * step; what of it cannot be deleted stays in a temp dir, for others to try. With the locks held.
 */
int leftover_remove(const struct driver *driver, int home_fd, const char *id, struct error *reterr);
