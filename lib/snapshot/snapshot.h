/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/strlist.h"
#include "disk/lock.h"
#include "disk/record-file.h"
#include "snapshot/record-buffer.h"
#include "store/locks.h"

/* The record files of a store itself, in the order in which their records are loaded. */
struct own_file {
        enum cstorage_record_file_kind kind;
        enum cstorage_location location;
        enum root root;
        enum path path;
};

#define OWN_FILES 11U

extern const struct own_file own_files[OWN_FILES];

struct cstorage_record_file {
        enum cstorage_record_file_kind kind;
        enum cstorage_location location;
        const struct cstorage_store *store; /* of which this is one of the roots */
        const struct store_root *root;
        const char *name;                    /* below the root */
        char *path;                          /* for people */
        struct record_file bytes;            /* without its text, which is the backing's */
        bool broken;                         /* record_file_is_broken() */
        struct record_buffer *record_buffer; /* NULL where there are no records */
        const struct cstorage_record_file
                *references; /* while it is read: one of another snapshot that is the same */
        size_t n_records;    /* once they are collected those of the snapshot, and so are changes */
};

/* What the public functions hand out: a record, and the file it stands in. */
struct item {
        const void *record;
        const struct cstorage_record_file *file;
        struct record_buffer
                *own; /* of a record that was made or changed since its file was read; else NULL */
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
        size_t at; /* of its item */
};

/* The records of one kind, in load order and by id. */
struct items {
        struct item *items;
        struct index_key *keys; /* NULL: there is no index */
        size_t n;
        size_t cap_items,
                cap_keys; /* one more than n at least, so that what follows the last has an address */
};

/* How to take back what was done to the lists of a snapshot (lists.h). */
struct journal {
        struct journal_entry *entries;
        size_t n, cap;
        bool kept; /* else nothing is written down */
};

struct cstorage_snapshot {
        unsigned refs;
        struct cstorage_store *store;
        struct cstorage_record_file *files;
        size_t n_files, cap_files;
        struct lock_token tokens[STORE_LOCKS];
        struct strlist aside; /* set_aside_read() */
        struct items kinds[FILE_KINDS];
        struct journal journal;
};

DEFINE_CLEANUP(struct cstorage_snapshot *, cstorage_snapshot_unref);

/* Nothing read yet: the files there can be, and no record. */
int snapshot_new(struct cstorage_store *store, struct cstorage_snapshot **ret);

void snapshot_forget_file(struct cstorage_record_file *file);

/* Take a file of another snapshot over, without its records. */
void snapshot_take_file(struct cstorage_record_file *file, const struct cstorage_record_file *from);

/*
 * Read all records. known, which may be NULL, is a snapshot of the same store: what it has of files that are
 * the same by their identities and the tokens of their locks is taken over. locks, here and below, are
 * descriptors of those of store_locks that the caller holds, -1 for others; NULL: none.
 */
int snapshot_read(struct cstorage_store *store, struct cstorage_snapshot *references, const int *locks,
                  struct cstorage_snapshot **ret, struct error *reterr);

/* An equal one that nobody else holds. It shares all records. */
int snapshot_derive(const struct cstorage_snapshot *snapshot, struct cstorage_snapshot **ret);

/* The same with the records of one kind alone, and no index to find them by. */
int snapshot_derive_kind(const struct cstorage_snapshot *snapshot, enum cstorage_record_file_kind kind,
                         struct cstorage_snapshot **ret);

/* Whether nobody else holds it, so that it may be changed. */
bool snapshot_is_ours_alone(const struct cstorage_snapshot *snapshot);

/* The tokens of all locks, in the order of store_locks, as they are now. */
int snapshot_read_tokens(const struct cstorage_store *store, const int *locks,
                         struct lock_token ret[static STORE_LOCKS]);

/* Whether files and tokens are still what the snapshot saw: 1 stale, 0 not. */
int snapshot_is_stale(const struct cstorage_snapshot *snapshot, const int *locks);

/* The id of a record of this kind; of a mount that of its layer. */
const char *snapshot_item_id(enum cstorage_record_file_kind kind, const struct item *item);
