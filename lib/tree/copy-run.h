/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Internal interface of copy.h: the state of one copy_tree(). All functions return negative errno. */

#include <stdbool.h>
#include <sys/stat.h>

#include "base/strlist.h"
#include "tree/dirstream.h"

/* The path of the copied directory itself. */
#define COPY_TOP "."

struct copy_run {
        int from_fd, to_fd;
        struct strlist dirs; /* created but not filled yet; relative paths */
        void *links;         /* tsearch(3): inodes with links that were not met yet */
        bool in_userns;
        bool can_clone, can_copy_range; /* false after the first failure */
        struct dir_stream stream;       /* of the directory that is read */
};

/* A directory that is filled. */
struct copy_dir {
        struct copy_run *run;
        const char *path;
        int from_fd, to_fd;
};

/* copy-path.c: "<path of the directory>/name", or just name at the top. NULL: no memory. */
char *copy_path(const struct copy_dir *dir, const char *name);

/* copy-file.c: the data of a regular file. */
int copy_data(struct copy_run *run, int from_fd, int to_fd, off_t size);

/* copy-attributes.c: owner, attributes, mode and times, in an order in which none undoes another. The
 * descriptors may be O_PATH. */
int copy_attributes(const struct copy_run *run, int from_fd, int to_fd, const struct stat *st);

/* copy-links.c: if another link of the inode was copied before, make name a link to the copy and return 1.
 * Returns 0 if the file must be copied. */
int copy_link(struct copy_dir *dir, const char *name, const struct stat *st);

/* Record that name is a copy of this inode, for further links. */
int copy_remember(struct copy_dir *dir, const char *name, const struct stat *st);

void copy_forget_links(struct copy_run *run);
