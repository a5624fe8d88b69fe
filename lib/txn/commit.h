/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/newfile.h"
#include "store/driver-homes.h"
#include "txn/txn.h"

/* A record file that is written. */
struct save {
        size_t file; /* index in the snapshot */
        const struct cstorage_snapshot *snapshot;
        struct newfile newfile;
        bool placed;
};

/*
 * A commit in progress. Its steps are in commit.c; each handles all changes of the transaction, and can be
 * undone.
 */
struct commit {
        struct cstorage_txn *txn;
        struct driver_homes homes;
        struct mountinfo *mounts;              /* read after the unmounts */
        struct cstorage_snapshot *now;         /* the records to write; updated with what was written */
        struct cstorage_snapshot *first;       /* images without the deleted ones */
        struct cstorage_snapshot *marked;      /* new and deleted layers are incomplete */
        const struct cstorage_snapshot **disk; /* for each file: its records on disk; NULL: unknown */
        struct save *saves;
        size_t n_saves, saves_cap;
        bool token_written[STORE_LOCKS];

        /* Entries that are moved to the trash: those of layers, then those of images and containers. */
        struct cstorage_trash_item *layer_items, *data_items;
        size_t n_layer_items, n_data_items;

        struct error *reterr;
};

/* Make all changes of the transaction, or none. */
int commit_changes(struct cstorage_txn *txn, struct error *reterr);

/* commit-files.c: save the files of this kind whose records differ from those on disk. */
int commit_files(struct commit *commit, enum cstorage_record_file_kind kind,
                 const struct cstorage_snapshot *snapshot);

/*
 * Write all new record files before anything in the store changes: the disk then handles them together, and
 * the first sync writes most of the others. On any failure, for example a full disk, each file is written
 * later, in its own step.
 */
int commit_prepare_files(struct commit *commit);
void commit_forget_files(struct commit *commit);

/*
 * Called once, at the end: a journaling file system then has all renames in one transaction, in order. If it
 * keeps no order, some files may be new and others old after a power failure before this call, as with Go,
 * which syncs no directory (pkg/ioutils/fswriters.go).
 */
int commit_sync_directories(struct commit *commit);

/* commit-remove.c: find the entries of deleted records; -EBUSY if one is in use. */
int commit_find_removals(struct commit *commit);
int commit_trash(struct commit *commit, struct cstorage_trash_item *items, size_t n);
void commit_restore(struct cstorage_trash_item *items, size_t n);
void commit_forget_removals(struct commit *commit);

/* The same for new objects, when the commit is undone. */
void commit_unmake(struct commit *commit, enum change_kind made);

/* commit-layers.c: the ids of all lowers of a layer, nearest first. -EMLINK: there are too many. */
int commit_find_parents(struct commit *commit, const struct layer *layer,
                        const char *ret[static LOWERS_MAX + 1]);
int commit_mark_layers(struct commit *commit);
int commit_make_layers(struct commit *commit);

/* commit-data.c: write files of big data, and make missing directories. */
int commit_write_data(struct commit *commit, enum cstorage_object object);

/* Restore the earlier files of an object; or, after a successful commit, delete them. */
void commit_put_data_back(struct commit *commit, enum cstorage_object object);
void commit_forget_data(struct commit *commit);
int commit_check_runroot(struct commit *commit);
void commit_clear_runroot(struct commit *commit);

/* commit-mounts.c */
int commit_unmount(struct commit *commit);
int commit_mount(struct commit *commit);
void commit_undo_mounts(struct commit *commit);
