/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>
#include <sys/types.h>

/* For uid or gid: the owner of the directory that it is made in (base/owner.h). */
#define OWNER_OF_PARENT UINT32_MAX

/* The directories that layers are made of, with the owners and modes that they must have. */

struct dir_access {
        mode_t mode; /* permissions alone */
        uint32_t uid, gid;
};

/* What the content of a layer that lies on nothing has (overlay.go, vfs/driver.go: defaultPerms). */
#define CONTENT_MODE 0555

/* What the content of one that lies on another has: the same as that one's. Negative errno. */
int content_access(int fd, struct dir_access *ret);

/* Make a directory, whatever the umask and the directory it is made in do to it. Negative errno; nothing is
 * left behind on failure. */
int dir_make_with(int dirfd, const char *name, const struct dir_access *access);
