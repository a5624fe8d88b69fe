/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Resetting a torn volatile file to an empty list. Go writes these files without sync (layers.go:saveLayers,
 * containers.go:save): a power failure leaves them empty, full of NULs or cut off, and Go then cannot load
 * the store. A missing file means the same as an empty list, so that a process that reads between the two
 * renames, or after a crash there, sees no error.
 */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "trash/check.h"
#include "txn/txn.h"

static const struct own_file *own_file_of(const struct cstorage_entry *entry) {
        for (size_t i = 0; i < OWN_FILES; i++)
                if (own_files[i].root == entry->place->root &&
                    strcmp(path_name(own_files[i].path), entry->name) == 0)
                        return &own_files[i];
        return NULL;
}

/* The file is read again under the locks, and only a file that no process can load is reset. */
static int check_torn(const struct cstorage_entry *entry, struct error *reterr) {
        struct record_file file = RECORD_FILE_INIT;
        bool torn;
        int r;

        r = record_file_read(&file, entry->place->fd, entry->name);
        if (r < 0)
                return r;

        torn = record_file_is_torn(&file);
        record_file_done(&file);
        if (!torn)
                return error_set(reterr, -ESTALE, "%s is not torn: other programs can read it",
                                 cstorage_entry_get_path(entry));
        return 0;
}

static int write_tokens(struct cstorage_txn *txn, const struct own_file *file, struct error *reterr) {
        const struct cstorage_store *store = txn->store;
        struct lock_token token;
        int r = 0;

        for (size_t i = 0; i < STORE_LOCKS && r >= 0; i++)
                if (txn_lock_guards(store, i, file->kind, file->location, &store->roots[file->root]))
                        r = txn_write_token(txn, i, &token, reterr);
        return r;
}

/* Only the last torn file is kept, for inspection. */
static int move_aside(struct cstorage_trash_item *item) {
        const struct cstorage_entry *entry = item->entry;
        char *aside;
        int fd = entry->place->fd;

        if (asprintf(&aside, "%s" TORN_SUFFIX, entry->name) < 0)
                return -ENOMEM;
        if (renameat(fd, entry->name, fd, aside) < 0) {
                int r = error_errno(&item->error, negative_errno(), "cannot move %s to %s", entry->path,
                                    aside);

                free(aside);
                return r;
        }
        item->name = aside;
        return 0;
}

static int replace(struct cstorage_txn *txn, struct cstorage_trash_item *item, const struct own_file *file) {
        _cleanup_newfile_ struct newfile empty = NEWFILE_INIT;
        int r;

        r = record_file_make(&empty, item->entry->place->fd, item->entry->name, NULL, 0, false, &item->error);
        if (r < 0 && !is_full(r))
                return r;

        r = write_tokens(txn, file, &item->error);
        if (r < 0)
                return r;

        r = move_aside(item);
        if (r < 0)
                return r;
        return empty.temp ? record_file_place(&empty, NULL, &item->error) : 0;
}

static int reset(struct cstorage_txn *txn, struct cstorage_trash_item *item, const struct mountinfo *mounts) {
        const struct own_file *file = own_file_of(item->entry);
        int r;

        if (!file)
                return -EINVAL;

        r = trash_check(item, mounts, &item->error);
        if (r < 0)
                return r;

        r = check_torn(item->entry, &item->error);
        return r < 0 ? r : replace(txn, item, file);
}

/* A snapshot after the commit must contain the new records. */
static void forget_records(struct cstorage_txn *txn) {
        struct cstorage_snapshot *before = txn->before;

        if (!before)
                return;
        txn->before = NULL;
        (void) snapshot_read(txn->store, before, txn->locks, &txn->before, NULL);
        cstorage_snapshot_unref(before);
}

void txn_reset_volatile_file(struct cstorage_txn *txn, struct cstorage_trash_item *item,
                             const struct mountinfo *mounts) {
        int r;

        r = reset(txn, item, mounts);
        if (r >= 0) {
                item->error = (struct error){0};
                forget_records(txn);
        } else if (item->error.code != r)
                error_errno(&item->error, r, "cannot reset %s", item->entry->name);
        item->done = true;
}
