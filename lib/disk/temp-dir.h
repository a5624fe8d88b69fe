/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "base/fd.h"

/*
 * Temp dirs (internal/tempdir/tempdir.go): in a root, a directory temp-dir-<N> that belongs to whoever holds
 * the lock on lock-<N>. When nobody does it is garbage, and every Go process that loads the store deletes it.
 */
struct temp_dir {
        char *number; /* N */
        int root_fd;
        int dir_fd;     /* -1 where only the lock file is there */
        int lock_fd;    /* held */
        bool made_root; /* the root is ours, to be removed again when it is empty */
        char *root;     /* its name below parent_fd; both only where we made it */
        int parent_fd;
};

#define TEMP_DIR_INIT ((struct temp_dir){.root_fd = -1, .dir_fd = -1, .lock_fd = -1, .parent_fd = -1})

/* Lets go; removes nothing. */
void temp_dir_done(struct temp_dir *temp);
#define _cleanup_temp_dir_ _cleanup_(temp_dir_done)

/*
 * Make one in the root, a path below dirfd (made with mode 0700 where it is missing, its parent is not). The
 * lock file appears already locked (O_TMPFILE and linkat(2)), where the file system can: the Go side has a
 * moment in between in which another process takes it for garbage (tempdir.go:NewTempDir). Nothing is left
 * behind on failure. ret is written to on success only; what it held is not let go of.
 */
int temp_dir_make(struct temp_dir *ret, int dirfd, const char *root, struct error *reterr);

/*
 * Take over one that nobody holds: lock-<N> (made where it is missing), verified after locking. -EBUSY where
 * it is held, -ENOENT where neither file is there, -ENOTDIR, -ELOOP or -EXDEV where temp-dir-<N> is no
 * directory of the root.
 */
int temp_dir_adopt(struct temp_dir *ret, int dirfd, const char *root, const char *number,
                   struct error *reterr);

/* Whether lock and directory are still those of their names, and the lock is one that we hold. 0, -EBADMSG
 * where they are not, or another negative errno. */
int temp_dir_check(const struct temp_dir *temp);

/* Remove one that is empty by now: directory, lock file, and the root if we made it; then let go. -ENOTEMPTY:
 * nothing was removed, and it is held as before. */
int temp_dir_remove(struct temp_dir *temp, struct error *reterr);

/*
 * Remove all that is in one, in the caller's thread, then it, and let go: where something is left, the next
 * Go process tries again. Nothing where none is held.
 */
void temp_dir_discard(struct temp_dir *temp);
