/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

/*
 * Subvolumes of btrfs: directories that the file system can remove in one step, whatever is in them. Without
 * libbtrfsutil they are directories like others, which rmdir(2) removes once they are empty (Linux 4.18).
 */

/* Of the root of each (linux/btrfs_tree.h: BTRFS_FIRST_FREE_OBJECTID), and of other things elsewhere. */
#define SUBVOLUME_INODE 256U

/* Of each empty directory that stands for a subvolume which a snapshot does not have
 * (linux/btrfs_tree.h: BTRFS_EMPTY_SUBVOL_DIR_OBJECTID), and of nothing else on btrfs. */
#define SUBVOLUME_STUB_INODE 2U

/* Does the open file lie on btrfs? */
bool is_btrfs(int fd);

/* Is the directory that is open the root of one? */
bool subvolume_is(int fd);

/*
 * Remove one with all that is in it. -ENOTEMPTY where other subvolumes are, -EPERM where it is the one that
 * is mounted by default, or the caller may not: it takes CAP_SYS_ADMIN, or the mount option
 * user_subvol_rm_allowed; -EOPNOTSUPP without the library. The kernel minds no mounts: what is mounted in it
 * is detached, and who has it mounted elsewhere finds nothing there any more. To have seen that nobody has is
 * the caller's part.
 */
int subvolume_destroy(int dirfd, const char *name);

/* Is it the one that is mounted where nobody asks for another? 1, 0, or negative errno: -EPERM without
 * CAP_SYS_ADMIN. */
int subvolume_is_default(int fd);

/*
 * Where that one lies below the root of the file system, in fresh memory; fd is of anything in it. -ENOENT
 * where it is that root, or this is no btrfs; -EPERM and -EOPNOTSUPP as above.
 */
int subvolume_default_path(int fd, char **ret);

/* 1 where it was read-only until now, 0 where it was not, or negative errno. */
int subvolume_make_writable(int fd);
