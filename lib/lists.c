/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists of records that change. All of it is a few moves of memory, however many records there are. */

#include <string.h>

#include "base/array.h"
#include "index.h"
#include "lists.h"

void snapshot_take_file(struct cstorage_file *file, const struct cstorage_file *from) {
        file->bytes = from->bytes;
        file->backing = backing_ref(from->backing);
        file->n_records = from->n_records;
}

static int derive_items(struct items *items, const struct items *from, const struct cstorage_file *to_files,
                        const struct cstorage_file *from_files) {
        int r;

        r = ARRAY_RESERVE(items->items, items->cap_items, from->n + 1);
        if (r < 0)
                return r;

        r = ARRAY_RESERVE(items->keys, items->cap_keys, from->n + 1);
        if (r < 0)
                return r;

        for (; items->n < from->n; items->n++) {
                struct item *item = &items->items[items->n];

                *item = from->items[items->n];
                item->file = to_files + (item->file - from_files);
                backing_ref(item->own);
        }
        if (from->keys)
                memcpy(items->keys, from->keys, from->n * sizeof(*from->keys));
        return 0;
}

int snapshot_derive(const struct cstorage_snapshot *snapshot, struct cstorage_snapshot **ret) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *derived = NULL;
        int r;

        r = snapshot_new(snapshot->store, &derived);
        if (r < 0)
                return r;

        memcpy(derived->tokens, snapshot->tokens, sizeof(derived->tokens));
        for (size_t i = 0; i < derived->n_files; i++)
                snapshot_take_file(&derived->files[i], &snapshot->files[i]);
        for (size_t i = 0; i < FILE_KINDS; i++) {
                r = derive_items(&derived->kinds[i], &snapshot->kinds[i], derived->files, snapshot->files);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(derived);
        return 0;
}

static struct cstorage_file *file_of(struct cstorage_snapshot *snapshot, const struct item *item) {
        return &snapshot->files[item->file - snapshot->files];
}

/* Where the records of the files behind this one begin. */
static size_t end_of_file(const struct items *items, const struct cstorage_file *file) {
        size_t at = items->n;

        while (at > 0 && items->items[at - 1].file > file)
                at--;
        return at;
}

int snapshot_insert(struct cstorage_snapshot *snapshot, const struct cstorage_file *file,
                    struct backing *backing) {
        struct items *items = &snapshot->kinds[file->kind];
        size_t at = end_of_file(items, file);
        int r;

        r = ARRAY_RESERVE(items->items, items->cap_items, items->n + 2);
        if (r < 0)
                return r;

        r = index_reserve(items);
        if (r < 0)
                return r;

        memmove(&items->items[at + 1], &items->items[at], (items->n - at) * sizeof(*items->items));
        items->items[at] = (struct item){.record = backing_record(backing, 0),
                                         .file = file,
                                         .own = backing_ref(backing)};
        index_insert(items, file->kind, at);
        items->n++;
        file_of(snapshot, &items->items[at])->n_records++;
        return 0;
}

void snapshot_replace(struct cstorage_snapshot *snapshot, const struct item *item, struct backing *backing) {
        struct items *items = &snapshot->kinds[item->file->kind];
        struct item *replaced = &items->items[item - items->items];
        struct backing *before = replaced->own;

        index_rename(items, item->file->kind, (size_t) (item - items->items),
                     record_id(item->file->kind, backing_record(backing, 0)));
        replaced->record = backing_record(backing, 0);
        replaced->own = backing_ref(backing);
        backing_unref(before);
}

void snapshot_remove(struct cstorage_snapshot *snapshot, const struct item *item) {
        struct items *items = &snapshot->kinds[item->file->kind];
        size_t at = (size_t) (item - items->items);

        file_of(snapshot, item)->n_records--;
        index_remove(items, item->file->kind, at);
        backing_unref(item->own);
        items->n--;
        memmove(&items->items[at], &items->items[at + 1], (items->n - at) * sizeof(*items->items));
}
