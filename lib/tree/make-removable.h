/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/cleanup.h"

/*
 * Takes away what keeps the caller from deleting: the immutable and append-only flags (chattr(1) +i and +a)
 * and, on directories, missing permissions of the owner; of a subvolume, that it is read-only. Only for what
 * is to be deleted.
 *
 * Nothing but regular files and directories is ever opened: what is behind a name is looked at through an
 * O_PATH descriptor, and that very object opened by way of /proc/self/fd.
 */

/* An open directory. 1 where something was changed, 0 where there was nothing to change, negative errno. */
int make_dir_removable(int fd);

/* A directory that perhaps cannot be opened yet. The same codes; -ENOTDIR. */
int make_dir_removable_at(int dirfd, const char *name);

/* A regular file whose flags were taken away. */
struct removable_file {
        int fd;
        int flags;
};

#define REMOVABLE_FILE_INIT ((struct removable_file){.fd = -1})

/* 1 where the flags of the file were cleared, 0 where it has none (or is no regular file). Negative errno. */
int make_file_removable_at(struct removable_file *ret, int dirfd, const char *name);

/* Give the flags back if the file has a name yet: perhaps its other links are somebody's. */
void removable_file_done(struct removable_file *file);
#define _cleanup_removable_file_ _cleanup_(removable_file_done)
