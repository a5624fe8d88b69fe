/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/cleanup.h"

/*
 * Removes the obstacles to a deletion: the immutable and append-only flags (chattr(1) +i and +a), on
 * directories also missing permissions of the owner, and the read-only flag of a subvolume. Call this only
 * for objects that are to be deleted.
 *
 * Only regular files and directories are ever opened: an O_PATH descriptor examines the object first, and
 * /proc/self/fd opens exactly that object.
 */

/* For an open directory. Returns 1 if something was changed, 0 if not, or negative errno. */
int make_dir_removable(int fd);

/* For a directory that perhaps cannot be opened yet. The same results, and -ENOTDIR. */
int make_dir_removable_at(int dirfd, const char *name);

/* A regular file with cleared flags. */
struct removable_file {
        int fd;
        int flags;
};

#define REMOVABLE_FILE_INIT ((struct removable_file){.fd = -1})

/*
 * Returns 1 if flags of the file were cleared, 0 if it has none or is not a regular file, or negative errno.
 */
int make_file_removable_at(struct removable_file *ret, int dirfd, const char *name);

/* Restore the flags if the file still has a name: its other links may be in use. */
void removable_file_done(struct removable_file *file);
#define _cleanup_removable_file_ _cleanup_(removable_file_done)
