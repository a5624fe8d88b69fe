/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "format/lock-token.h"

/*
 * Locks that are compatible with the Go library (internal/rawfilelock/rawfilelock_unix.go): a record lock on
 * the whole file. This library uses OFD locks, which conflict with the POSIX locks of Go and stay when
 * another descriptor of the file is closed. A lock is a descriptor: close it to unlock.
 *
 * Errors if a path is not a lock file: -ELOOP a link, -EISDIR a directory, -EBADF not a regular file.
 */

/* The monotonic clock in nanoseconds. A deadline of 0 has always passed: try once. */
uint64_t lock_now_ns(void);

/*
 * Open a file below dirfd and lock it for writing, waiting until the deadline. Verifies that the path still
 * names the locked file, and starts again if not. create: create a missing file with mode 0644, as the Go
 * library does, but no directory. Returns the descriptor; -ENOENT, -ETIMEDOUT, -ESTALE if the file was
 * replaced again and again, or another negative errno.
 */
int lock_take(int dirfd, const char *path, bool create, uint64_t deadline_ns);

/* lock_take() of an open file, without verification. Returns 0 or negative errno. */
int lock_take_fd(int fd, uint64_t deadline_ns);

/* Does the path below dirfd still name this open file? 1, 0, or negative errno. */
int lock_is_current(int fd, int dirfd, const char *path);

/* Does another process hold the lock? Nothing is locked and nothing is opened for writing. 1 if held, 0 if
 * free, -ENOENT if there is no file. */
int lock_probe(int dirfd, const char *path);

/* Read the token of the last writer from an open lock file or from one by path. In the latter, a missing file
 * (or directory: dirfd -1) is a token of length 0 too. */
int lock_read_token(int fd, struct lock_token *ret);
int lock_read_token_at(int dirfd, const char *path, struct lock_token *ret);

/* Create a unique token. Negative errno if there are no random bytes. */
int lock_make_token(struct lock_token *ret);

/*
 * Write a token of lock_make_token() to an open lock file. Do this before changing the data that the lock
 * protects: then other processes reload the data even if the writer dies in between. Nothing is synced.
 * Negative errno.
 */
int lock_write_token(int fd, const struct lock_token *token);

/* Describe an error of the functions above for this lock file, with a remedy. Returns the code. */
int lock_error(struct error *reterr, int code, int dirfd, const char *path);
