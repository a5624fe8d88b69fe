/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <sys/uio.h>

#include "base/fd.h"

#define NEWFILE_PREFIX ".tmp-" /* of the name that a file has until it is whole: .tmp-<name><number> */

/* A whole file that has its name not yet. */
struct newfile {
        int dir_fd;
        int fd;            /* -1 once it is closed */
        char *temp, *name; /* in that directory; temp is NULL once it is in its place */
        bool durable;
};

#define NEWFILE_INIT ((struct newfile){.dir_fd = -1, .fd = -1})

/*
 * Write the n pieces one behind the other into a new file beside the one of that path, which is below dirfd;
 * its directory must be there. The file gets this mode, whatever the umask. durable: the disk begins to write
 * it, without anybody waiting for it. Negative errno, and nothing is left behind.
 */
int newfile_make(struct newfile *file, int dirfd, const char *path, const struct iovec *pieces, size_t n,
                 mode_t mode, bool durable);

/*
 * Put it in place of what has the name, so that whoever opens that finds the old file or the new one
 * (pkg/ioutils/fswriters.go).
 *
 * durable: a power cut leaves the old file or the new one (fdatasync(2) of the file before its rename), and
 * the new one once its directory is synced. Otherwise nothing is synced: after a power cut it may be empty or
 * garbage.
 *
 * ret_id may be NULL. Negative errno, and the old file stays.
 */
int newfile_place(struct newfile *file, struct identity *ret_id);

/* Of a durable file; of another one nothing is synced. */
int newfile_sync_directory(const struct newfile *file);

/* Nothing is left of one that was not put in its place. */
void newfile_done(struct newfile *file);

#define _cleanup_newfile_ _cleanup_(newfile_done)

/* All of it at once. Where only the sync of the directory fails, the new file is in place. */
int newfile_write(int dirfd, const char *path, const struct iovec *pieces, size_t n, mode_t mode,
                  bool durable, struct identity *ret_id);
