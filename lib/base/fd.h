/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/identity.h"

/*
 * Open below a directory and never outside of it, never through a link (openat2(2); O_CLOEXEC and O_NOFOLLOW
 * are added, and for what is not a directory O_NONBLOCK and O_NOCTTY). name may have several components.
 * Negative errno; -ELOOP where a link stands in the way.
 */
int open_beneath(int dirfd, const char *name, int flags);

/* The same, and not onto another mount either: -EXDEV there. */
int open_beneath_same_mount(int dirfd, const char *name, int flags);

/* open_beneath() of a directory to read. */
int open_dir_beneath(int dirfd, const char *name);

/* open_dir_beneath() of the directory that holds the last component of the path; *ret_name, within the path,
 * is that component. */
int open_parent_beneath(int dirfd, const char *path, const char **ret_name);

/* open_beneath() of a file that is made with this mode if it is missing (O_CREAT is added); it then belongs
 * to the owner of dirfd (base/owner.h). */
int create_beneath(int dirfd, const char *name, int flags, mode_t mode);

/*
 * Read a regular file whole into fresh memory, with a NUL behind it that *ret_len does not count. Negative
 * errno; -EFBIG where it is over max bytes, -EBADF where it is not a regular file. ret_id may be NULL.
 */
int read_file_at(int dirfd, const char *name, size_t max, char **ret, size_t *ret_len,
                 struct identity *ret_id);

/* The same of an open file, from its start. */
int read_fd(int fd, size_t max, char **ret, size_t *ret_len, struct identity *ret_id);

/* Contents of a link, at most PATH_MAX bytes, fresh memory. Negative errno. */
int readlink_alloc_at(int dirfd, const char *name, char **ret);

/* The absolute path of an open file as the kernel has it now, fresh memory. -ENOSYS if /proc is not mounted.
 */
int fd_path(int fd, char **ret);

/* "<path of dirfd>/name" for people, or name alone where the kernel does not tell. NULL: no memory. */
char *path_below(int dirfd, const char *name);
