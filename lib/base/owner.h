/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sys/types.h>

/*
 * New files that belong to the owner of the directory in which they are made. A store of a user stays that
 * user's if root changes it: podman of that user could not open root's lock and record files.
 *
 * The calls are those of the C library, with its results. If the caller is not root, or the directory is
 * root's, they do nothing else. The file is made under the owner's file system ids (setfsuid(2)) and not
 * given away afterwards: in between, the owner could put a link to another file of root in its place. If the
 * owner may not make it, root does.
 */
int owned_mkdirat(int dirfd, const char *name, mode_t mode);
int owned_symlinkat(const char *target, int dirfd, const char *name);
int owned_openat(int dirfd, const char *name, int flags, mode_t mode);

/* openat2(2) that makes a file; how is a struct open_how. */
int owned_openat2(int dirfd, const char *name, void *how, size_t size);

/* The user and group that those files belong to. */
void owner_of_new(int dirfd, uid_t *ret_uid, gid_t *ret_gid);
