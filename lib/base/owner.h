/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sys/types.h>

/*
 * New files that belong to the owner of the directory that they are created in. If root changes the store of
 * a user, the store must stay that user's: podman of that user cannot open lock and record files of root.
 *
 * The functions behave like those of the C library and return the same. They do nothing else if the caller is
 * not root, or if root owns the directory. They create the file under the owner's file system ids
 * (setfsuid(2)) instead of a later chown(2): before that, the owner could replace the file with a link to
 * another file of root. If the owner lacks the permission, root creates the file.
 */
int owned_mkdirat(int dirfd, const char *name, mode_t mode);
int owned_symlinkat(const char *target, int dirfd, const char *name);
int owned_openat(int dirfd, const char *name, int flags, mode_t mode);

/* openat2(2) that creates a file; how is a struct open_how. */
int owned_openat2(int dirfd, const char *name, void *how, size_t size);
