/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "format/name.h"

/* The ids of layers below another one, nearest first. */
struct lowers {
        char **ids; /* NULL-terminated, one piece of memory together with the ids: free() */
        size_t n;
};

#define LOWERS_MAX 500U /* overlay.go:maxDepth is 500, and so is what its lower file may hold */

/* What differs between the drivers: a constant table each. */
struct driver {
        const char *name;

        /* Where the layers' directories are, below the driver's home; "." is the home itself. */
        const char *layers_dir;

        /* Below the home too; NULL where the driver has no such thing. */
        const char *links_dir;
        const char *temp_root;
        const char *staging_dir;

        /* Is this entry of layers_dir the driver's own, and never a layer? Feature probes included. */
        bool (*is_own_name)(const char *name);

        /*
         * NULL where layers do not lie on each other. home_fd, id of a layer: -ENOENT where its directory is
         * not there; none where it lies on nothing; -EBADMSG where its file makes no sense, so that what it
         * lies on is not known. A link that leads nowhere is left out.
         */
        int (*read_lowers)(int home_fd, const char *id, struct lowers *ret, struct error *reterr);

        /* NULL where there are no links. The short name of a layer; -ENOENT where it has none, -EBADMSG where
         * its file holds something else. */
        int (*read_link)(int home_fd, const char *id, char ret_link[static LINK_ID_LENGTH + 1]);
};

/* A table each, and one line in driver.c. */
extern const struct driver driver_overlay, driver_vfs;

/* "overlay2" is no name of a driver here: who means overlay says so. NULL: unknown. */
const struct driver *driver_find(const char *name);

/*
 * Every name that a release of the Go side has a driver for, ours or not; NULL-terminated, in its order of
 * priority (drivers/driver_linux.go), and those without one last.
 */
extern const char *const driver_go_names[];
