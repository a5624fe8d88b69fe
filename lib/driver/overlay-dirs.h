/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/text.h"
#include "driver/driver.h"

/* The directories that an overlay is mounted from. */
struct overlay_dir {
        int home_fd; /* one of struct homes */
        char *path;  /* below it */
        int fd;      /* -1: not open */
};

struct overlay_dirs {
        struct overlay_dir *lowers; /* nearest first */
        size_t n, cap;
        struct overlay_dir upper, work; /* path NULL: it is mounted read-only */
};

#define OVERLAY_DIRS_INIT                                                                                    \
        ((struct overlay_dirs){.upper = {.home_fd = -1, .fd = -1}, .work = {.home_fd = -1, .fd = -1}})

void overlay_dirs_done(struct overlay_dirs *dirs);
#define _cleanup_overlay_dirs_ _cleanup_(overlay_dirs_done)

/* Find those of a layer that lies in this one of the homes. -EOPNOTSUPP where one is a composefs image. */
int overlay_dirs_find(struct overlay_dirs *dirs, const struct homes *homes, size_t home,
                      const struct layer_mount *mount, bool read_only, struct error *reterr);

/*
 * Write them as options of an overlay mount: 1 with whole paths; -EINVAL where one has characters in it that
 * mean something there.
 */
int overlay_dirs_write_paths(const struct overlay_dirs *dirs, struct text *text);

/*
 * The same in little room, for paths that are relative to /proc/self/fd, where the name of a directory is the
 * number of its descriptor. They are open until overlay_dirs_done().
 */
int overlay_dirs_write_numbers(struct overlay_dirs *dirs, struct text *text);
