/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <pthread.h>

#include "base/arena.h"
#include "base/dir.h"
#include "base/fd.h"
#include "driver/mountinfo.h"
#include "inventory/kinds.h"

struct cstorage_entry {
        struct cstorage_inventory *inventory;
        const struct store_dir *place;
        const char *name;
        const char *id;
        const char *target;
        char *path; /* NULL until it is needed */
        enum cstorage_entry_kind kind;
};

struct inventory_problem {
        char *path, *text;
};

struct cstorage_inventory {
        unsigned refs;
        struct cstorage_store *store;
        struct store_dir places[STORE_DIRS_MAX];
        size_t n_places;
        struct cstorage_entry *entries; /* sorted by kind, directory, name */
        size_t n, cap;
        struct inventory_problem *problems;
        size_t n_problems, cap_problems;
        struct arena arena;

        /* Read when the first entry is examined: a store without entries does not need it. */
        pthread_once_t mounts_once;
        struct mountinfo *mounts;
        struct error mounts_error;
};

DEFINE_CLEANUP(struct cstorage_inventory *, cstorage_inventory_unref);

/* Find the directory of this kind in a root; NULL if it does not exist. */
const struct store_dir *inventory_find_dir(const struct cstorage_inventory *inventory, enum root root,
                                           enum store_dir_kind kind);

/* List all directories, and make entries of their contents. */
int inventory_fill(struct cstorage_inventory *inventory);

/* A name in a directory; there may be no entry with it. */
struct named_entry {
        enum root root;
        enum cstorage_entry_kind kind; /* one that has only one directory */
        char *name;
        char *id;
};

/*
 * Make an inventory without listing: its entries have these names, in this order, if their directories exist.
 * The entries need not exist.
 */
int inventory_of(struct cstorage_store *store, const struct named_entry *named, size_t n,
                 struct cstorage_inventory **ret, struct error *reterr);

/* Make an empty inventory. */
int inventory_new(struct cstorage_store *store, struct cstorage_inventory **ret);

/*
 * Return the mounts as of the first call. NULL and a text if they cannot be read: the code is that of
 * mounts_error.
 */
const struct mountinfo *inventory_mounts(struct cstorage_inventory *inventory, struct error *reterr);

/* Fill in path and mount_id, which store_dir_open() omits. */
int store_dir_complete(struct store_dir *place);

/* Examine an entry, with the mounts of the caller. */
int entry_examine(const struct cstorage_entry *entry, const struct mountinfo *mounts,
                  struct cstorage_entry_stat *ret, struct error *reterr);

/*
 * The name of the lock file of a temp dir or staging entry, relative to the directory; NULL if it has none.
 */
const char *entry_lock_name(const struct cstorage_entry *entry, char buffer[static NAME_BUFFER]);

/* N of temp-dir-N or lock-N. */
const char *entry_temp_dir_number(const struct cstorage_entry *entry);
