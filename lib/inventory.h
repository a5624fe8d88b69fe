/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <pthread.h>

#include "base/arena.h"
#include "base/dir.h"
#include "base/fd.h"
#include "disk/paths.h"
#include "driver/mountinfo.h"
#include "store.h"

#define ENTRY_KINDS (CSTORAGE_ENTRY_SAVE_LEFTOVER + 1)

#define NAME_BUFFER 256U /* NAME_MAX and a NUL */

/* The directories of a store whose entries are in the inventory. */
enum place_kind {
        PLACE_LAYERS,
        PLACE_LINKS,
        PLACE_STAGING,
        PLACE_DRIVER_TEMP,
        PLACE_LAYER_DATA,
        PLACE_DATA_TEMP,
        PLACE_IMAGES,
        PLACE_CONTAINERS,
        PLACE_KINDS,
};

struct place {
        const struct cstorage_store *store;
        enum place_kind kind;
        enum root root;
        int base_fd;                /* the store's root, or the driver's home; not ours to close */
        char name[PATH_LENGTH_MAX]; /* below that */
        int fd;
        char *path; /* as the kernel has it */
        uint64_t mount_id;
        struct dir_list list;
};

/* Eight kinds of directories, in the graphroot and in the image store. */
#define PLACES_MAX (2U * PLACE_KINDS)

struct cstorage_entry {
        struct cstorage_inventory *inventory;
        const struct place *place;
        const char *name;
        const char *id;
        const char *target;
        char *path; /* made when somebody asks */
        enum cstorage_entry_kind kind;
};

struct inventory_problem {
        char *path, *text;
};

struct cstorage_inventory {
        unsigned refs;
        struct cstorage_store *store;
        struct place places[PLACES_MAX];
        size_t n_places;
        struct cstorage_entry *entries; /* by kind, place, name */
        size_t n, cap;
        struct inventory_problem *problems;
        size_t n_problems, cap_problems;
        struct arena arena;

        /* Read when the first entry is examined: where nothing is, nobody needs it. */
        pthread_once_t mounts_once;
        struct mountinfo *mounts;
        struct error mounts_error;
};

DEFINE_CLEANUP(struct cstorage_inventory *, cstorage_inventory_unref);

/* Open and list all places of the store. */
int inventory_list_places(struct cstorage_inventory *inventory);

/* The place of this kind in the same root; NULL where it is not there. */
const struct place *inventory_find_place(const struct cstorage_inventory *inventory, enum root root,
                                         enum place_kind kind);

/* Sort what was listed into entries. */
int inventory_add_entries(struct cstorage_inventory *inventory);

/* Look at an entry, given what is mounted. */
int entry_examine(const struct cstorage_entry *entry, const struct mountinfo *mounts,
                  struct cstorage_identity *ret, struct error *reterr);

/* The name of a temp dir's or staging entry's lock file below the place; NULL where it has none. */
const char *entry_lock_name(const struct cstorage_entry *entry, char buffer[static NAME_BUFFER]);

/* N of temp-dir-N or lock-N. */
const char *entry_temp_dir_number(const struct cstorage_entry *entry);
