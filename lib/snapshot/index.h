/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "snapshot/snapshot.h"

/*
 * Sort the records of a snapshot by id, and drop a layer or container whose id an earlier record of the same
 * file has already (layers.go:load, containers.go:load). Of those in several files all stay: the Go side does
 * not load the files of both modes at once, and what a record refers to is referred to.
 */
int snapshot_make_index(struct cstorage_snapshot *snapshot);

/*
 * Keep the index while the items of a kind change: an item that is inserted at a position, one whose id will
 * be this equal one from other memory, one that is about to be removed. Nothing is done where there is no
 * index, as of mounts.
 */
int index_reserve(struct items *items);
void index_insert(struct items *items, enum cstorage_record_file_kind kind, size_t at);
void index_rename(struct items *items, size_t at, const char *id);
void index_remove(struct items *items, enum cstorage_record_file_kind kind, size_t at);

/* The record with this id, of several the one that load order prefers; NULL. */
const struct item *snapshot_find_id(const struct cstorage_snapshot *snapshot,
                                    enum cstorage_record_file_kind kind, const char *id);

/*
 * What the Go side looks for a record in at once: our layers, our containers, and each image store by itself,
 * the additional ones with their layers. NULL for the first two.
 */
const struct store_root *snapshot_store_of(const struct cstorage_record_file *file);

/* The record with this id in one of those; NULL. */
const struct item *snapshot_find_id_in(const struct cstorage_snapshot *snapshot,
                                       enum cstorage_record_file_kind kind, const struct store_root *store,
                                       const char *id);

/* The one record in it whose id starts so: 0, -ENOENT, or -EEXIST where several do. */
int snapshot_find_prefix_in(const struct cstorage_snapshot *snapshot, enum cstorage_record_file_kind kind,
                            const struct store_root *store, const char *prefix, const struct item **ret);

/* The record that holds this name in it, of several the one loaded last; NULL (lookup.c). */
const struct item *snapshot_find_name_in(const struct cstorage_snapshot *snapshot,
                                         enum cstorage_record_file_kind kind, const struct store_root *store,
                                         const char *name);

/* By all means, as cstorage_snapshot_find_*(). */
int snapshot_find(const struct cstorage_snapshot *snapshot, enum cstorage_record_file_kind kind,
                  const char *name, const struct item **ret);
