/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>
#include <sys/types.h>

/* For uid or gid: the owner of the parent directory (base/owner.h). */
#define OWNER_OF_PARENT UINT32_MAX

/* The owner and mode of a directory of a layer. */

struct dir_access {
        mode_t mode; /* permission bits only */
        uint32_t uid, gid;
};

/* The mode of the content of a layer without parent (overlay.go, vfs/driver.go: defaultPerms). */
#define CONTENT_MODE 0555

/* The owner and mode of an open directory: a layer inherits those of its parent's content. Negative errno. */
int content_access(int fd, struct dir_access *ret);

/* Create a directory with this owner and mode, independent of the umask and of the parent directory. Negative
 * errno; on failure no directory is left behind. */
int dir_make_with(int dirfd, const char *name, const struct dir_access *access);
