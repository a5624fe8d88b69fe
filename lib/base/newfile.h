/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <sys/uio.h>

#include "base/fd.h"

#define NEWFILE_PREFIX ".tmp-" /* of the name that a file has until it is whole: .tmp-<name><number> */

/*
 * Write a whole file, the n pieces one behind the other, and put it in place of what has the name, so that
 * whoever opens that finds the old file or the new one (pkg/ioutils/fswriters.go). path is below dirfd; its
 * directory must be there. The file gets this mode, whatever the umask.
 *
 * durable: a power cut leaves the old file or the new one, and the new one once this has returned
 * (fdatasync(2) of the file, then fsync(2) of the directory). Otherwise nothing is synced: after a power cut
 * it may be empty or garbage.
 *
 * ret_id may be NULL. Negative errno, and nothing is left behind; but where only the sync of the directory
 * fails, the new file is in place.
 */
int newfile_write(int dirfd, const char *path, const struct iovec *pieces, size_t n, mode_t mode,
                  bool durable, struct identity *ret_id);
