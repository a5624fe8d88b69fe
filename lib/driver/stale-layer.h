/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "driver/driver.h"

/* The directories of a home that may contain parts of a stale layer; see struct driver. */
struct leftover_dirs {
        const char *layers_dir;
        const char *links_dir; /* NULL, like read_link, if the driver has no short links */
        const char *temp_root;
        int (*read_link)(int home_fd, const char *id, char ret_link[static LINK_ID_LENGTH + 1]);
};

/*
 * Remove a layer without record, including its short link, so that a layer of the same id can be created.
 * Returns 0, also if there is none; -EBUSY if something is mounted in it. One rename moves it to a temp dir;
 * files that cannot be deleted stay there, for the next process that empties temp dirs. The caller holds the
 * locks.
 */
int stale_layer_remove(const struct leftover_dirs *dirs, int home_fd, const char *id, struct error *reterr);
