/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "disk/lock.h"
#include "disk/recfile.h"
#include "format/container.h"
#include "format/image.h"
#include "format/layer.h"
#include "format/mounts.h"
#include "locks.h"

#define FILE_KINDS (CSTORAGE_FILE_MOUNTS + 1)

/* The record files of a store itself, in the order in which their records are loaded. */
struct own_file {
        enum cstorage_file_kind kind;
        enum cstorage_location location;
        enum root root;
        enum path path;
};

#define OWN_FILES 11U

extern const struct own_file own_files[OWN_FILES];

struct cstorage_file {
        enum cstorage_file_kind kind;
        enum cstorage_location location;
        const struct store_root *root;
        const char *name; /* below the root */
        char *path;       /* for people */
        struct recfile bytes;
        union {
                struct layers layers;
                struct images images;
                struct containers containers;
                struct mounts mounts;
        };
        const void *records; /* those of the union, as many as there are */
        size_t n_records;
};

/* What the public functions hand out: a record, and the file it stands in. */
struct item {
        const void *record;
        const struct cstorage_file *file;
};

struct cstorage_layer {
        struct item item;
};

struct cstorage_image {
        struct item item;
};

struct cstorage_container {
        struct item item;
};

struct cstorage_mount {
        struct item item;
};

/* A record by its id, whose first bytes stand here, so that most comparisons stay in one piece of memory. */
struct index_key {
        uint64_t head;
        const char *id;
        const struct item *item;
};

/* The records of one kind, in load order and by id. */
struct items {
        struct item *items;
        struct index_key *keys;
        size_t n;
};

struct cstorage_snapshot {
        unsigned refs;
        struct cstorage_store *store;
        struct cstorage_file *files;
        size_t n_files, cap_files;
        struct last_write tokens[STORE_LOCKS];
        struct items kinds[FILE_KINDS];
};

DEFINE_CLEANUP(struct cstorage_snapshot *, cstorage_snapshot_unref);

/* The tokens of all locks, in the order of store_locks, as they are now. */
int snapshot_read_tokens(const struct cstorage_store *store, struct last_write ret[static STORE_LOCKS]);

/* Whether files and tokens are still what the snapshot saw: 1 stale, 0 not. */
int snapshot_is_stale(const struct cstorage_snapshot *snapshot);

/* The id of a record of this kind; of a mount that of its layer. */
const char *snapshot_item_id(enum cstorage_file_kind kind, const struct item *item);
