/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/error.h"

/*
 * Copy all that is in one directory into another, which is empty, with owners, modes, times, hard links,
 * devices, holes, and the attributes that are part of the content (user.*, capabilities, access lists, and
 * that of an opaque directory of overlayfs); the directory at to_fd itself gets those of the one at from_fd.
 * Data is shared where the file system can do that. No link is followed and nothing is recursed into; one
 * directory at a time is open, however deep the tree.
 *
 * Where something is mounted in it: -EXDEV. Devices cannot be made in a user namespace, and are left out
 * there (drivers/copy/copy_linux.go:DirCopy). A path of more than PATH_MAX bytes: -ENAMETOOLONG. On failure,
 * what was copied so far stays.
 */
int copy_tree(int from_fd, int to_fd, struct error *reterr);
