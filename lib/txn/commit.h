/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/newfile.h"
#include "store/driver-homes.h"
#include "txn/txn.h"

/* A record file that is written. */
struct save {
        size_t file; /* of the snapshot */
        const struct cstorage_snapshot *snapshot;
        struct newfile newfile;
        bool placed;
};

/*
 * One commit under way. Its steps are in commit.c; each does its part for all changes there are, and can be
 * undone.
 */
struct commit {
        struct cstorage_txn *txn;
        struct driver_homes homes;
        struct mountinfo *mounts;              /* once all is unmounted that shall be */
        struct cstorage_snapshot *now;         /* what shall be; it learns what was written */
        struct cstorage_snapshot *first;       /* images without those that go */
        struct cstorage_snapshot *marked;      /* layers that come and go are incomplete */
        const struct cstorage_snapshot **disk; /* for each file: whose records it holds; NULL: not known */
        struct save *saves;
        size_t n_saves, saves_cap;
        bool token_written[STORE_LOCKS];

        /* What is renamed out of the store: of layers, then of images and containers. */
        struct cstorage_trash_item *layer_items, *data_items;
        size_t n_layer_items, n_data_items;

        struct error *reterr;
};

/* All changes of the transaction, or none. */
int commit_changes(struct cstorage_txn *txn, struct error *reterr);

/* commit-files.c: those files of this kind whose records are others than on the disk. */
int commit_files(struct commit *commit, enum cstorage_record_file_kind kind,
                 const struct cstorage_snapshot *snapshot);

/*
 * Write all that will be saved, before anything in the store changes: the disk then works on them together,
 * and the first sync is most of the others' too. Where there is no room for all at once, and on any other
 * failure, each is written when its turn comes.
 */
int commit_prepare_files(struct commit *commit);
void commit_forget_files(struct commit *commit);

/*
 * Once at the end, when a file system with a journal has all renames in one transaction of its own, in the
 * order in which they were made. Where it keeps no order, a power cut before this may leave some files new
 * and others old, as it does where nobody syncs a directory (pkg/ioutils/fswriters.go).
 */
int commit_sync_directories(struct commit *commit);

/* commit-doomed.c: find what belongs to records that go, and refuse where it is in use. */
int commit_find_removals(struct commit *commit);
int commit_trash(struct commit *commit, struct cstorage_trash_item *items, size_t n);
void commit_restore(struct cstorage_trash_item *items, size_t n);
void commit_forget_removals(struct commit *commit);

/* The same for what was made and shall not stay. */
void commit_unmake(struct commit *commit, enum change_kind made);

/* commit-layers.c: the ids of all that a layer lies on, nearest first. -EMLINK where these are too many. */
int commit_find_parents(struct commit *commit, const struct layer *layer,
                        const char *ret[static LOWERS_MAX + 1]);
int commit_mark_layers(struct commit *commit);
int commit_make_layers(struct commit *commit);

/* commit-data.c: files of big data and directories, made where they are missing. */
int commit_write_data(struct commit *commit, enum cstorage_object object);

/* What was there before is put back; or, once nobody wants it back, is forgotten. */
void commit_put_data_back(struct commit *commit, enum cstorage_object object);
void commit_forget_data(struct commit *commit);
int commit_check_runroot(struct commit *commit);
void commit_clear_runroot(struct commit *commit);

/* commit-mounts.c */
int commit_unmount(struct commit *commit);
int commit_mount(struct commit *commit);
void commit_undo_mounts(struct commit *commit);
