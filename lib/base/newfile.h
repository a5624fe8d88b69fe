/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <sys/uio.h>

#include "base/fd.h"

#define NEWFILE_PREFIX ".tmp-" /* temporary name: .tmp-<name><number> */

/* A completely written file that does not have its final name yet. */
struct newfile {
        int dir_fd;
        int fd;            /* -1: closed */
        char *temp, *name; /* in that directory; temp is NULL after newfile_place() */
        bool durable;
};

#define NEWFILE_INIT ((struct newfile){.dir_fd = -1, .fd = -1})

/*
 * Write the n pieces, one behind the other, into a new file next to path, which is relative to dirfd. The
 * directory of path must exist. The file gets this mode, independent of the umask. durable: start writeback
 * without waiting for it. Negative errno, and then no file is left behind.
 */
int newfile_make(struct newfile *file, int dirfd, const char *path, const struct iovec *pieces, size_t n,
                 mode_t mode, bool durable);

/*
 * Rename the file to its final name, so that a reader opens either the old file or the new one
 * (pkg/ioutils/fswriters.go).
 *
 * durable: after a power cut there is the old file or the new one (fdatasync(2) of the file before its
 * rename), and always the new one once newfile_sync_directory() has returned. Not durable: nothing is synced;
 * after a power cut the file may be empty or contain garbage.
 *
 * ret_id may be NULL. Negative errno, and then the old file stays.
 */
int newfile_place(struct newfile *file, struct identity *ret_id);

/* Sync the directory of a durable file. Does nothing if the file is not durable. */
int newfile_sync_directory(const struct newfile *file);

/* Remove the temporary file, unless newfile_place() has renamed it. */
void newfile_done(struct newfile *file);

#define _cleanup_newfile_ _cleanup_(newfile_done)

/* All of the above in one call. If only the sync of the directory fails, the new file has its name. */
int newfile_write(int dirfd, const char *path, const struct iovec *pieces, size_t n, mode_t mode,
                  bool durable, struct identity *ret_id);
