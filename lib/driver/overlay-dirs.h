/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/text.h"
#include "driver/driver.h"

/* The directories that an overlay is mounted from. */
struct overlay_dir {
        int home_fd; /* one of those in struct homes */
        char *path;  /* relative to home_fd */
        int fd;      /* -1: not open */
};

struct overlay_dirs {
        struct overlay_dir *lowers; /* nearest first */
        size_t n, cap;
        struct overlay_dir upper, work; /* path NULL: the mount is read-only */
};

#define OVERLAY_DIRS_INIT                                                                                    \
        ((struct overlay_dirs){.upper = {.home_fd = -1, .fd = -1}, .work = {.home_fd = -1, .fd = -1}})

void overlay_dirs_done(struct overlay_dirs *dirs);
#define _cleanup_overlay_dirs_ _cleanup_(overlay_dirs_done)

/* Find the directories of a layer that is in this home. -EOPNOTSUPP if one is a composefs image. */
int overlay_dirs_find(struct overlay_dirs *dirs, const struct homes *homes, size_t home,
                      const struct layer_mount *mount, bool read_only, struct error *reterr);

/* Write the directories as options of an overlay mount, with absolute paths. -EINVAL if one contains
 * characters with a meaning there. */
int overlay_dirs_write_paths(const struct overlay_dirs *dirs, struct text *text);

/* As overlay_dirs_write_paths(), but short, for a mount in /proc/self/fd: the name of a directory is the
 * number of its descriptor, which stays open until overlay_dirs_done(). */
int overlay_dirs_write_numbers(struct overlay_dirs *dirs, struct text *text);
