/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "format/lock-token.h"

/*
 * Locks as the Go side has them (internal/rawfilelock/rawfilelock_unix.go): a record lock over the whole of a
 * file. Ours are OFD locks, which exclude those and do not vanish when another descriptor of the file is
 * closed. A lock is a descriptor; closing it lets go.
 *
 * A lock file that is none: -ELOOP a link stands in the way, -EISDIR a directory, -EBADF no regular file.
 */

/* Monotonic clock, in nanoseconds. A deadline of 0 is past: try once. */
uint64_t lock_now_ns(void);

/*
 * Open below dirfd and lock for writing, waiting until the deadline; verifies that the path still names the
 * locked file and starts over where it does not. create: make the file where it is missing, mode 0644, as the
 * Go side does, but never a directory. Returns the descriptor; -ENOENT, -ETIMEDOUT, -ESTALE where it was
 * replaced over and over, or another negative errno.
 */
int lock_take(int dirfd, const char *path, bool create, uint64_t deadline_ns);

/* lock_take() of an open file, which is not verified. 0 or negative errno. */
int lock_take_fd(int fd, uint64_t deadline_ns);

/* Does the name below dirfd still lead to this open file? 1, 0, or negative errno. */
int lock_is_current(int fd, int dirfd, const char *path);

/* Would a write lock have to wait? Nothing is locked, nothing opened for writing. 1 held, 0 free, -ENOENT no
 * file. */
int lock_probe(int dirfd, const char *path);

/* The last writer's token of an open lock file; of one by path, where no file (or no directory: dirfd -1) is
 * a token of length 0 too. */
int lock_read_token(int fd, struct lock_token *ret);
int lock_read_token_at(int dirfd, const char *path, struct lock_token *ret);

/* A token that no process has written before. Negative errno where there is no randomness. */
int lock_make_token(struct lock_token *ret);

/* Make a token of lock_make_token() that of an open lock file: before what the lock guards is changed, so
 * that a writer that dies in between is noticed too. Nothing is synced. Negative errno. */
int lock_write_token(int fd, const struct lock_token *token);

/* Say what a code of the functions above means for this lock file, and what to do. Returns the code. */
int lock_error(struct error *reterr, int code, int dirfd, const char *path);
