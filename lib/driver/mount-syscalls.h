/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Mounting and unmounting by descriptors. Negative errno. */

/* mount(2) of an overlay on the directory open at target_fd. Relative paths in data are relative to cwd_fd
 * (-1: there are none); the working directory of the caller does not change. */
int mount_overlay(int target_fd, unsigned long flags, const char *data, int cwd_fd);

/* Is the entry of the open directory a mount point? 1, 0; *ret_overlay: an overlay is mounted there, or FUSE,
 * as by a mount program. */
int mount_probe(int dirfd, const char *name, bool *ret_overlay);

/* Detach everything that is mounted on the entry. A process that uses it keeps its view of it. */
int mount_detach(int dirfd, const char *name);

/* Make the directory a mount point, if it is none, and private: mounts in it are then invisible in other
 * mount namespaces (pkg/mount/sharedsubtree_linux.go:MakePrivate). */
int mount_make_private(const char *path);
