/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "snapshot.h"

/*
 * Sort the records of a snapshot by id, and drop those that the Go side would not load: a layer or container
 * whose id an earlier record of a writable file has already (layers.go:load, containers.go:load).
 */
int snapshot_make_index(struct cstorage_snapshot *snapshot);

/* The record with this id, of several the one that load order prefers; NULL. */
const struct item *snapshot_find_id(const struct cstorage_snapshot *snapshot, enum cstorage_file_kind kind,
                                    const char *id);

/* The one record whose id starts so: 0, -ENOENT, or -EEXIST where several do. */
int snapshot_find_prefix(const struct cstorage_snapshot *snapshot, enum cstorage_file_kind kind,
                         const char *prefix, const struct item **ret);
