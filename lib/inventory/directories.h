/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/dir.h"
#include "disk/paths.h"
#include "format/name.h"
#include "store/store.h"

#define NAME_BUFFER 256U /* NAME_MAX and a NUL */

/* The directories of a store whose entries are in the inventory. */
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
        int base_fd;                /* the store's root, or the driver's home; not ours to close */
        char name[PATH_LENGTH_MAX]; /* below that */
        int fd;
        char *path; /* as the kernel has it */
        uint64_t mount_id;
        struct dir_list list; /* where somebody listed it */
};

#define STORE_DIR_INIT ((struct store_dir){.fd = -1})

/* Nine kinds of directories, in the graphroot and in the image store, and some of them in the runroot. */
#define STORE_DIRS_MAX (3U * STORE_DIR_KINDS)

/*
 * Whether there is such a place in that root: in the runroot there are but the directories of record files.
 */
bool store_dir_is_in(enum root root, enum store_dir_kind kind);

void store_dir_done(struct store_dir *place);

/* Open one; path and mount_id are not filled in. -ENOENT where there is none, or the driver has no such
 * place. */
int store_dir_open(const struct cstorage_store *store, enum root root, enum store_dir_kind kind,
                   struct store_dir *ret);

/* For people: the place that could not be opened. Fresh memory; NULL where there is none. */
char *store_dir_describe(const struct cstorage_store *store, enum root root, enum store_dir_kind kind);

/*
 * The layer that the target of a link in this place leads to: 0 and the id, else -EINVAL. It is relative
 * ("../<id>/diff"), since a store may be moved; releases 1.47 to 1.52 made absolute ones in the image store,
 * to the graphroot (overlay.go:create).
 */
int store_dir_link_target(const struct store_dir *place, const char *target,
                          char ret_id[static ID_LENGTH + 1]);

#define NOT_LISTED (-1)

/*
 * What an entry of a place is (enum cstorage_entry_kind), by its name and type alone; NOT_LISTED where it is
 * Go's own or nobody's. A temp dir has two names, of its directory and of its lock: both are one.
 */
int store_dir_classify(const struct store_dir *place, const char *name, unsigned char type);

/* The same of a name that begins with an id, by what is behind it; NOT_LISTED also if store_dir_classify()
 * must be asked. */
int place_classify_id(const struct store_dir *place, const char *behind);
