/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "snapshot/snapshot.h"

/*
 * Sort the records of a snapshot by id, and drop a layer or container whose id occurs earlier in the same
 * file (layers.go:load, containers.go:load). Records in several files are all kept: Go does not load the
 * files of both modes at once, and what any of them refers to is in use.
 */
int snapshot_make_index(struct cstorage_snapshot *snapshot);

/*
 * Update the index before or after a change: an item inserted at a position; an item whose id gets an equal
 * string in other memory; an item about to be removed. These do nothing if the kind has no index, as mounts.
 */
int index_reserve(struct items *items);
void index_insert(struct items *items, enum cstorage_record_file_kind kind, size_t at);
void index_rename(struct items *items, size_t at, const char *id);
void index_remove(struct items *items, enum cstorage_record_file_kind kind, size_t at);

/*
 * Find the record with this id; NULL if there is none. If there are several, it is the first in load order,
 * and of images in one file the last.
 */
const struct item *snapshot_find_id(const struct cstorage_snapshot *snapshot,
                                    enum cstorage_record_file_kind kind, const char *id);

/*
 * The set of records that Go searches at once: the layers of this store, its containers, each image store,
 * and each additional image store with its layers. NULL stands for the first two.
 */
const struct store_root *snapshot_store_of(const struct cstorage_record_file *file);

/* Find the record with this id in one of these sets; NULL if there is none. */
const struct item *snapshot_find_id_in(const struct cstorage_snapshot *snapshot,
                                       enum cstorage_record_file_kind kind, const struct store_root *store,
                                       const char *id);

/* Find the mount record of a layer; NULL if there is none. These few records have no index. */
const struct item *snapshot_find_mount(const struct cstorage_snapshot *snapshot, const char *layer);

/* Find the only id with this prefix: 0, -ENOENT, or -EEXIST if there are several. */
int snapshot_find_prefix_in(const struct cstorage_snapshot *snapshot, enum cstorage_record_file_kind kind,
                            const struct store_root *store, const char *prefix, const struct item **ret);

/*
 * Find the record with this name, the last in load order if there are several; NULL if there is none
 * (find.c).
 */
const struct item *snapshot_find_name_in(const struct cstorage_snapshot *snapshot,
                                         enum cstorage_record_file_kind kind, const struct store_root *store,
                                         const char *name);

/* Find by id, name or prefix, as cstorage_snapshot_find_*(). */
int snapshot_find(const struct cstorage_snapshot *snapshot, enum cstorage_record_file_kind kind,
                  const char *name, const struct item **ret);
