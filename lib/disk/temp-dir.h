/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "base/fd.h"

/*
 * Temp dirs (internal/tempdir/tempdir.go): in a root, the directory temp-dir-<N> belongs to the process that
 * holds the lock on lock-<N>. If no process holds the lock, the directory is garbage, and every Go process
 * that loads the store deletes it.
 */
struct temp_dir {
        char *number; /* N */
        int root_fd;
        int dir_fd;     /* -1 if there is only a lock file */
        int lock_fd;    /* open and locked */
        bool made_root; /* this process created the root, and removes it when empty */
        char *root;     /* its name below parent_fd; both only if made_root */
        int parent_fd;
};

#define TEMP_DIR_INIT ((struct temp_dir){.root_fd = -1, .dir_fd = -1, .lock_fd = -1, .parent_fd = -1})

/* Release the temp dir without removing anything. */
void temp_dir_done(struct temp_dir *temp);
#define _cleanup_temp_dir_ _cleanup_(temp_dir_done)

/*
 * Create a temp dir in the root, a path below dirfd. A missing root is created with mode 0700; its parent
 * must exist. The lock file is locked before it appears (O_TMPFILE and linkat(2)), if the file system
 * supports this: in the Go library there is a moment in which another process takes it for garbage
 * (tempdir.go:NewTempDir). On failure no file is left behind, and ret is not written. The previous contents
 * of ret are not released.
 */
int temp_dir_make(struct temp_dir *ret, int dirfd, const char *root, struct error *reterr);

/*
 * Take over a temp dir whose lock is free: lock-<N> is created if missing, and verified after locking. -EBUSY
 * if the lock is held, -ENOENT if neither file exists, -ENOTDIR, -ELOOP or -EXDEV if temp-dir-<N> is not a
 * directory in the root.
 */
int temp_dir_adopt(struct temp_dir *ret, int dirfd, const char *root, const char *number,
                   struct error *reterr);

/* Check that the names still lead to the open lock file and directory, and that this descriptor holds the
 * lock. Returns 0, -EBADMSG if not, or another negative errno. */
int temp_dir_check(const struct temp_dir *temp);

/* Remove an empty temp dir: its directory, its lock file, and the root if this process created it; then
 * release it. -ENOTEMPTY: nothing was removed, and the temp dir is still held. */
int temp_dir_remove(struct temp_dir *temp, struct error *reterr);

/* Delete a temp dir and its contents, in this thread, and release it. If objects are left, the next Go
 * process tries again. Does nothing if no temp dir is held. */
void temp_dir_discard(struct temp_dir *temp);
