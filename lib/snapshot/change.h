/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "snapshot/snapshot.h"

/*
 * Changing the records of a snapshot that nobody else holds. Pointers to items of its kind are void after it.
 */

/* Append a record, the only one of its backing, to its file; the backing is referenced. -ENOMEM. */
int snapshot_insert(struct cstorage_snapshot *snapshot, const struct cstorage_record_file *file,
                    struct record_buffer *record_buffer);

/* Put another record of the same id in the place of one. -ENOMEM. */
int snapshot_replace(struct cstorage_snapshot *snapshot, const struct item *item,
                     struct record_buffer *record_buffer);

/* -ENOMEM */
int snapshot_remove(struct cstorage_snapshot *snapshot, const struct item *item);

/* From now on changes can be taken back: all, or none. */
void journal_begin(struct cstorage_snapshot *snapshot);
void journal_keep(struct cstorage_snapshot *snapshot);
void journal_revert(struct cstorage_snapshot *snapshot);
