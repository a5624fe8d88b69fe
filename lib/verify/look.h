/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "verify/archive.h"

/* There is no such file: a component is missing, or is something else than a directory. */
static inline bool error_is_absence(int error) {
        return error == -ENOENT || error == -ENOTDIR || error == -ENAMETOOLONG || error == -ELOOP;
}

/* The file system is damaged, unlike a lack of memory or access (EFSCORRUPTED is EUCLEAN, EFSBADCRC is
 * EBADMSG). */
static inline bool error_is_damage(int error) {
        return error == -EIO || error == -EUCLEAN || error == -EBADMSG;
}

/* The directory with the content of a layer, and the directory in it that was opened last. */
struct layer_content {
        int fd;           /* the caller's */
        bool keeps_lower; /* the content includes that of the parent, as with vfs; else it is a difference */
        int parent_fd;    /* -1: none */
        char *parent;     /* its path */
};

#define LAYER_CONTENT_INIT ((struct layer_content){.fd = -1, .parent_fd = -1})

void layer_content_done(struct layer_content *content);

/* The file in the layer in place of an entry. */
struct sight {
        int error; /* 0, or the negative errno of the examination: -ENOENT, -ENOTDIR: there is no such file */
        struct stat st;
        bool is_overridden;  /* the mode and type of the archive are in an attribute (force_mask) */
        bool has_marker;     /* of a whiteout or an opaque directory: a file ".wh." or an attribute exists */
        bool marker_unknown; /* the attribute of an opaque directory cannot be read without privileges */
        char link[PATH_MAX]; /* the target of a symbolic link, "" if it cannot be read */
        int target_error;    /* of a hard link: the target */
        dev_t target_device;
        ino_t target_inode;
};

/*
 * Look at the file of an entry. Nothing is opened for reading, and no path leaves the layer. Returns a
 * negative errno if nothing can be concluded: out of memory or descriptors, no access.
 */
int look_at(struct layer_content *content, const struct archive_entry *entry, struct sight *ret);

/* Open a file of the layer: below it, on its file system; symbolic links on the way are followed as in a
 * container, because an archive may have names that lead through its own links. */
int layer_content_open(const struct layer_content *content, const char *path, int flags);
