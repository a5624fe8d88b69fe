/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/error.h"

/*
 * Copy the contents of one directory into another, empty one, with owners, modes, times, hard links, devices,
 * holes, and the attributes that are part of the content (user.*, capabilities, access lists, and the opaque
 * mark of overlayfs). The directory at to_fd itself gets the attributes of the one at from_fd. Data is shared
 * if the file system supports it. No link is followed. There is no recursion: one directory at a time is
 * open, however deep the tree is.
 *
 * -EXDEV if something is mounted below from_fd. Devices cannot be created in a user namespace and are left
 * out there (drivers/copy/copy_linux.go:DirCopy). -ENAMETOOLONG if a path has more than PATH_MAX bytes. On
 * failure, the copy remains incomplete.
 */
int copy_tree(int from_fd, int to_fd, struct error *reterr);
