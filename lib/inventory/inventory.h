/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <pthread.h>

#include "base/arena.h"
#include "base/dir.h"
#include "base/fd.h"
#include "driver/mountinfo.h"
#include "inventory/directories.h"

#define ENTRY_KINDS (CSTORAGE_ENTRY_QUOTA + 1)

struct cstorage_entry {
        struct cstorage_inventory *inventory;
        const struct store_dir *place;
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
        struct store_dir places[STORE_DIRS_MAX];
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

/* The place of this kind in the same root; NULL where it is not there. */
const struct store_dir *inventory_find_dir(const struct cstorage_inventory *inventory, enum root root,
                                           enum store_dir_kind kind);

/* List all places, and sort what they hold into entries. */
int inventory_fill(struct cstorage_inventory *inventory);

/* What lies, or may lie, under a name in a place. */
struct named_entry {
        enum root root;
        enum store_dir_kind place;
        enum cstorage_entry_kind kind;
        char *name;
        char *id;
};

/*
 * Nothing is listed: the entries are those of these names whose places are there, in this order, whether
 * there is something or not.
 */
int inventory_of(struct cstorage_store *store, const struct named_entry *named, size_t n,
                 struct cstorage_inventory **ret, struct error *reterr);

/* Without anything in it. */
int inventory_new(struct cstorage_store *store, struct cstorage_inventory **ret);

/* What is mounted, as it was when this was asked first. NULL and a text where that cannot be read: the code
 * is that of mounts_error. */
const struct mountinfo *inventory_mounts(struct cstorage_inventory *inventory, struct error *reterr);

/* Fill in what store_dir_open() leaves out. */
int store_dir_complete(struct store_dir *place);

/* Look at an entry, given what is mounted. */
int entry_examine(const struct cstorage_entry *entry, const struct mountinfo *mounts,
                  struct cstorage_entry_stat *ret, struct error *reterr);

/* The name of a temp dir's or staging entry's lock file below the place; NULL where it has none. */
const char *entry_lock_name(const struct cstorage_entry *entry, char buffer[static NAME_BUFFER]);

/* N of temp-dir-N or lock-N. */
const char *entry_temp_dir_number(const struct cstorage_entry *entry);
