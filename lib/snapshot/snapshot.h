/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/strlist.h"
#include "disk/lock.h"
#include "disk/record-file.h"
#include "snapshot/record-buffer.h"
#include "store/locks.h"

/* The record files of the store itself, without additional image stores, in load order. */
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
        const struct cstorage_store *store; /* the store that root belongs to */
        const struct store_root *root;
        const char *name;                    /* relative to the root */
        char *path;                          /* for messages */
        struct record_file bytes;            /* without its text, which the record buffer owns */
        bool torn;                           /* record_file_is_torn() */
        struct record_buffer *record_buffer; /* NULL if there are no records */
        const struct cstorage_record_file
                *references; /* during a read: the unchanged file of an earlier snapshot */
        size_t n_records;    /* in this snapshot; changes update it */
};

/* A record and its file, as the public functions return it. */
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

/* A record by id. head is the beginning of the id: most comparisons need no access to other memory. */
struct index_key {
        uint64_t head;
        const char *id;
        size_t at; /* index of its item */
};

/* The records of one kind, in load order and by id. */
struct items {
        struct item *items;
        struct index_key *keys; /* NULL: there is no index */
        size_t n;
        size_t cap_items, cap_keys; /* at least n + 1: the element after the last has an address */
};

/* How to revert the changes to the records of a snapshot (change.h). */
struct journal {
        struct journal_entry *entries;
        size_t n, cap;
        bool kept; /* else changes are not logged */
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

/* Make a snapshot with all possible files, and without records. */
int snapshot_new(struct cstorage_store *store, struct cstorage_snapshot **ret);

void snapshot_forget_file(struct cstorage_record_file *file);

/* Copy the state of a file from another snapshot, without its records. */
void snapshot_take_file(struct cstorage_record_file *file, const struct cstorage_record_file *from);

/*
 * Read all records. references is an earlier snapshot of the same store, or NULL: a file that has the same
 * identity and lock tokens is not read again. locks, here and below, are the descriptors of the held locks in
 * the order of store_locks, -1 for a lock that is not held; NULL: none is held.
 */
int snapshot_read(struct cstorage_store *store, struct cstorage_snapshot *references, const int *locks,
                  struct cstorage_snapshot **ret, struct error *reterr);

/* Make a copy that has no other reference. It shares all records. */
int snapshot_derive(const struct cstorage_snapshot *snapshot, struct cstorage_snapshot **ret);

/* The same with the records of one kind only, and without an index. */
int snapshot_derive_kind(const struct cstorage_snapshot *snapshot, enum cstorage_record_file_kind kind,
                         struct cstorage_snapshot **ret);

/* Whether there is no other reference: only then may the snapshot be changed. */
bool snapshot_is_ours_alone(const struct cstorage_snapshot *snapshot);

/* Read the current tokens of all locks, in the order of store_locks. */
int snapshot_read_tokens(const struct cstorage_store *store, const int *locks,
                         struct lock_token ret[static STORE_LOCKS]);

/* Whether files or tokens changed since the snapshot: 1 if so, 0 if not. */
int snapshot_is_stale(const struct cstorage_snapshot *snapshot, const int *locks);

/* The id of a record; for a mount, the id of its layer. */
const char *snapshot_item_id(enum cstorage_record_file_kind kind, const struct item *item);
