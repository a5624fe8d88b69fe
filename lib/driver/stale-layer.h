/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "driver/driver.h"

/* Where in a home something of a layer may be; as in struct driver. */
struct leftover_dirs {
        const char *layers_dir;
        const char *links_dir; /* NULL, and read_link too, where there are no links */
        const char *temp_root;
        int (*read_link)(int home_fd, const char *id, char ret_link[static LINK_ID_LENGTH + 1]);
};

/*
 * Remove what is left of a layer that has no record, link and all, so that one of the same id can be made:
 * 0, also where there is nothing; -EBUSY where something is mounted in it. It is gone from its place in one
 * step; what of it cannot be deleted stays in a temp dir, for others to try. With the locks held.
 */
int stale_layer_remove(const struct leftover_dirs *dirs, int home_fd, const char *id, struct error *reterr);
