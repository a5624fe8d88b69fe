/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the files of copy.h share: one run of copy_tree(). All return negative errno. */

#include <stdbool.h>
#include <sys/stat.h>

#include "base/strlist.h"
#include "tree/dirstream.h"

/* The path of the directory that is copied itself. */
#define COPY_TOP "."

struct copy_run {
        int from_fd, to_fd;
        struct strlist dirs; /* that are made and not filled yet; paths below both */
        void *links;         /* tsearch(3): inodes with more links than were met so far */
        bool in_userns;
        bool can_clone, can_copy_range; /* as far as is known */
        struct dir_stream stream;       /* of the directory being read */
};

/* A directory being filled. */
struct copy_dir {
        struct copy_run *run;
        const char *path;
        int from_fd, to_fd;
};

/* copy-path.c: "<path of the directory>/name", or just name at the top; NULL: no memory. */
char *copy_path(const struct copy_dir *dir, const char *name);

/* copy-file.c: the data of a regular file. */
int copy_data(struct copy_run *run, int from_fd, int to_fd, off_t size);

/* copy-attributes.c: owner, attributes, mode and times, in an order in which none takes back another. The
 * descriptors may be O_PATH. */
int copy_attributes(const struct copy_run *run, int from_fd, int to_fd, const struct stat *st);

/*
 * copy-links.c: 1 where another link of the same inode was copied before, and name is a link to that now; 0
 * where it is to be copied.
 */
int copy_link(struct copy_dir *dir, const char *name, const struct stat *st);

/* It was copied to name, and may be met again. */
int copy_remember(struct copy_dir *dir, const char *name, const struct stat *st);

void copy_forget_links(struct copy_run *run);
