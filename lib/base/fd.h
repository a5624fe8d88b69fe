/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/identity.h"

/*
 * Open a file below a directory, never outside of it and never through a link (openat2(2)). O_CLOEXEC and
 * O_NOFOLLOW are added, and for anything but a directory O_NONBLOCK and O_NOCTTY. name may have several
 * components. Negative errno; -ELOOP if a component is a link.
 */
int open_beneath(int dirfd, const char *name, int flags);

/* As open_beneath(), but -EXDEV if the path crosses into another mount. */
int open_beneath_same_mount(int dirfd, const char *name, int flags);

/*
 * As open_beneath_same_mount(), but symbolic links are followed as if dirfd were the root directory, the last
 * component only without O_NOFOLLOW. Like that no path leaves the directory either.
 */
int open_in_root(int dirfd, const char *name, int flags);

/* open_beneath() of a directory, for reading. */
int open_dir_beneath(int dirfd, const char *name);

/* open_dir_beneath() of the directory that contains the last component of path; *ret_name points to that
 * component within path. */
int open_parent_beneath(int dirfd, const char *path, const char **ret_name);

/* open_beneath() that creates a missing file with this mode (O_CREAT is added). A new file belongs to the
 * owner of dirfd (base/owner.h). */
int create_beneath(int dirfd, const char *name, int flags, mode_t mode);

/* Read a whole regular file into fresh memory, with a NUL behind it that *ret_len does not count. Negative
 * errno; -EFBIG above max bytes, -EBADF if it is not a regular file. ret_id may be NULL. */
int read_file_at(int dirfd, const char *name, size_t max, char **ret, size_t *ret_len,
                 struct identity *ret_id);

/* As read_file_at(), for an open file, from its start. */
int read_fd(int fd, size_t max, char **ret, size_t *ret_len, struct identity *ret_id);

/* Read the target of a link, at most PATH_MAX bytes, into fresh memory. Negative errno. */
int readlink_alloc_at(int dirfd, const char *name, char **ret);

/* The current absolute path of an open file according to the kernel, in fresh memory. -ENOSYS if /proc is not
 * mounted. */
int fd_path(int fd, char **ret);

/* "<path of dirfd>/name" for messages, or name alone if the path is unknown. NULL: no memory. */
char *path_below(int dirfd, const char *name);
