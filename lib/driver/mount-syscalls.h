/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Mounting and unmounting by descriptors. Negative errno. */

/*
 * mount(2) of an overlay on the directory open at target_fd. cwd_fd: what the relative paths in data are
 * relative to, which does not change the caller's working directory; -1: there are none.
 */
int mount_overlay(int target_fd, unsigned long flags, const char *data, int cwd_fd);

/* Is the entry of the open directory a mount point? 1, 0; *ret_overlay: and an overlay (or FUSE, as a mount
 * program makes one) is mounted there. */
int mount_probe(int dirfd, const char *name, bool *ret_overlay);

/* Unmount all that is mounted on the entry; who uses it keeps it until then. */
int mount_detach(int dirfd, const char *name);

/*
 * Make the directory at this path a mount point, if it is none, and what is mounted in it from then on
 * invisible to other mount namespaces (pkg/mount/sharedsubtree_linux.go:MakePrivate).
 */
int mount_make_private(const char *path);
