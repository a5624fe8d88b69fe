/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/dir.h"
#include "disk/paths.h"
#include "format/name.h"
#include "store/store.h"

#define NAME_BUFFER 256U /* NAME_MAX and a NUL */

/* The directories of a store that the inventory lists. */
enum store_dir_kind {
        STORE_DIR_LAYERS,
        STORE_DIR_LINKS,
        STORE_DIR_STAGING,
        STORE_DIR_DRIVER_TEMP,
        STORE_DIR_QUOTAS,
        STORE_DIR_LAYER_DATA,
        STORE_DIR_DATA_TEMP,
        STORE_DIR_IMAGES,
        STORE_DIR_CONTAINERS,
        STORE_DIR_KINDS,
};

struct store_dir {
        const struct cstorage_store *store;
        enum store_dir_kind kind;
        enum root root;
        int base_fd;                /* the store's root or the driver home; not owned */
        char name[PATH_LENGTH_MAX]; /* relative to base_fd */
        int fd;
        char *path; /* as the kernel reports it */
        uint64_t mount_id;
        struct dir_list list; /* empty if not listed */
};

#define STORE_DIR_INIT ((struct store_dir){.fd = -1})

/* All kinds of directories, in three roots. */
#define STORE_DIRS_MAX (3U * STORE_DIR_KINDS)

/* Whether a root has this kind of directory: the runroot has only those with record files. */
bool store_dir_is_in(enum root root, enum store_dir_kind kind);

void store_dir_done(struct store_dir *place);

/*
 * Open a directory, except for path and mount_id. -ENOENT: it does not exist, or the driver has no such
 * directory.
 */
int store_dir_open(const struct cstorage_store *store, enum root root, enum store_dir_kind kind,
                   struct store_dir *ret);

/*
 * The path of a directory that could not be opened, for messages; NULL if there is no memory. The caller
 * frees it.
 */
char *store_dir_describe(const struct cstorage_store *store, enum root root, enum store_dir_kind kind);

/* The path of a directory outside of the driver home, which contains record files. */
enum path store_dir_path(enum store_dir_kind kind);

/*
 * Find the layer that a link in this directory leads to: 0 and the id, or -EINVAL. The target is relative
 * ("../<id>/diff"), because a store may be moved; in the image store, releases 1.47 to 1.52 made absolute
 * links to the graphroot (overlay.go:create).
 */
int store_dir_link_target(const struct store_dir *place, const char *target,
                          char ret_id[static ID_LENGTH + 1]);
