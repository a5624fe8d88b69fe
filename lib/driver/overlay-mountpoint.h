/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "driver/overlay.h"

/* Where overlay layers are mounted. */

#define MOUNT_POINT "merged"

#define MOUNTPOINT_MODE 0700

/* The homes, that of the graphroot as it is reached now, and where a layer is mounted in them. */
struct mountpoint {
        struct homes homes;
        int *fds;
        int home_fd; /* that of the graphroot; one of fds, and the only one that is ours */
        size_t home; /* where the layer lies */
        int dir_fd;  /* the directory that holds its mount point */
};

#define MOUNTPOINT_INIT ((struct mountpoint){.home_fd = -1, .dir_fd = -1})

void mountpoint_done(struct mountpoint *site);
#define _cleanup_mountpoint_ _cleanup_(mountpoint_done)

/*
 * Find that of a layer. make: what is missing of it, for a mount. 1, or 0 where it is not there, so that
 * nothing is mounted.
 */
int mountpoint_find(struct mountpoint *site, const struct homes *homes, const char *id, bool make,
                    struct error *reterr);

/* Make a directory that is nobody else's, where it is missing. */
int mountpoint_make_dir(int dirfd, const char *name);
