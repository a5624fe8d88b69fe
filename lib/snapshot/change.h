/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "snapshot/snapshot.h"

/*
 * Changing the records of a snapshot that has no other reference. Pointers to items of the changed kind
 * become invalid.
 */

/* Append the only record of the record buffer to its file; references the buffer. -ENOMEM. */
int snapshot_insert(struct cstorage_snapshot *snapshot, const struct cstorage_record_file *file,
                    struct record_buffer *record_buffer);

/* Replace a record by another one with the same id; references the buffer. -ENOMEM. */
int snapshot_replace(struct cstorage_snapshot *snapshot, const struct item *item,
                     struct record_buffer *record_buffer);

/* -ENOMEM. */
int snapshot_remove(struct cstorage_snapshot *snapshot, const struct item *item);

/* Begin to log changes; then keep all of them, or revert all of them. */
void journal_begin(struct cstorage_snapshot *snapshot);
void journal_keep(struct cstorage_snapshot *snapshot);
void journal_revert(struct cstorage_snapshot *snapshot);
