/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

/*
 * Subvolumes of btrfs: directories that the file system can remove in one step with all their contents.
 * Without libbtrfsutil they are handled like other directories, which rmdir(2) removes once they are empty
 * (Linux 4.18).
 */

/* The inode number of the root of each subvolume (linux/btrfs_tree.h: BTRFS_FIRST_FREE_OBJECTID), and of
 * other files on other file systems. */
#define SUBVOLUME_INODE 256U

/* The inode number of an empty directory that stands in a snapshot for a subvolume of the original
 * (linux/btrfs_tree.h: BTRFS_EMPTY_SUBVOL_DIR_OBJECTID). Nothing else on btrfs has it. */
#define SUBVOLUME_STUB_INODE 2U

/* Is the open file on btrfs? */
bool is_btrfs(int fd);

/* Is the open directory the root of a subvolume? */
bool subvolume_is(int fd);

/*
 * Remove a subvolume with all its contents. -ENOTEMPTY if it contains other subvolumes, -EPERM if it is the
 * default subvolume or the caller lacks the permission (CAP_SYS_ADMIN, or the mount option
 * user_subvol_rm_allowed), -EOPNOTSUPP without the library. The kernel does not check for mounts: it detaches
 * mounts in the subvolume, and a mount of the subvolume itself becomes empty. The caller must have checked
 * that there are none.
 */
int subvolume_destroy(int dirfd, const char *name);

/* Is it the default subvolume, the one that a mount without subvol= shows? 1, 0, or negative errno: -EPERM
 * without CAP_SYS_ADMIN. */
int subvolume_is_default(int fd);

/*
 * The path of the default subvolume relative to the root of the file system, in fresh memory; fd is of any
 * file in the file system. -ENOENT if the default is that root, or if this is not btrfs; -EPERM and
 * -EOPNOTSUPP as above.
 */
int subvolume_default_path(int fd, char **ret);

/* 1 if it was read-only before, 0 if not, or negative errno. */
int subvolume_make_writable(int fd);
