/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "driver/overlay.h"

/* The mount points of overlay layers. */

#define MOUNT_POINT "merged"

#define MOUNTPOINT_MODE 0700

/* The homes, with that of the graphroot opened again, and the mount point of one layer. */
struct mountpoint {
        struct homes homes;
        int *fds;
        int home_fd; /* that of the graphroot; the only one of fds to close */
        size_t home; /* index of the home with the layer */
        int dir_fd;  /* the directory that contains the mount point */
};

#define MOUNTPOINT_INIT ((struct mountpoint){.home_fd = -1, .dir_fd = -1})

void mountpoint_done(struct mountpoint *site);
#define _cleanup_mountpoint_ _cleanup_(mountpoint_done)

/* Find the mount point of a layer. make: create its missing parts. Returns 1, or 0 if it does not exist, so
 * that the layer is not mounted. */
int mountpoint_find(struct mountpoint *site, const struct homes *homes, const char *id, bool make,
                    struct error *reterr);

/* Create a directory with mode MOUNTPOINT_MODE, if it is missing. */
int mountpoint_make_dir(int dirfd, const char *name);
