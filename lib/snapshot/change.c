/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changing the records of a snapshot: each change only moves memory, however many records there are. */

#include <string.h>

#include "base/array.h"
#include "snapshot/change.h"
#include "snapshot/index.h"

/* A transaction adds only a few records to a store. */
#define ROOM_TO_CHANGE 16

static int derive_items(struct items *items, const struct items *from,
                        const struct cstorage_record_file *to_files,
                        const struct cstorage_record_file *from_files) {
        int r;

        r = ARRAY_RESERVE_EXACT(items->items, items->cap_items, from->n + ROOM_TO_CHANGE);
        if (r < 0)
                return r;

        for (; items->n < from->n; items->n++) {
                struct item *item = &items->items[items->n];

                *item = from->items[items->n];
                item->file = to_files + (item->file - from_files);
                record_buffer_ref(item->own);
        }
        return 0;
}

static int derive_index(struct items *items, const struct items *from) {
        int r;

        if (!from->keys)
                return 0;

        r = ARRAY_RESERVE_EXACT(items->keys, items->cap_keys, from->n + ROOM_TO_CHANGE);
        if (r < 0)
                return r;

        memcpy(items->keys, from->keys, from->n * sizeof(*from->keys));
        return 0;
}

static int derive_files(const struct cstorage_snapshot *snapshot, struct cstorage_snapshot **ret) {
        struct cstorage_snapshot *derived;
        int r;

        r = snapshot_new(snapshot->store, &derived);
        if (r < 0)
                return r;

        memcpy(derived->tokens, snapshot->tokens, sizeof(derived->tokens));
        for (size_t i = 0; i < derived->n_files; i++)
                snapshot_take_file(&derived->files[i], &snapshot->files[i]);
        for (size_t i = 0; i < snapshot->aside.n && r >= 0; i++)
                r = strlist_add(&derived->aside, snapshot->aside.s[i]);
        if (r < 0) {
                cstorage_snapshot_unref(derived);
                return r;
        }
        *ret = derived;
        return 0;
}

int snapshot_derive(const struct cstorage_snapshot *snapshot, struct cstorage_snapshot **ret) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *derived = NULL;
        int r;

        r = derive_files(snapshot, &derived);
        for (size_t i = 0; i < FILE_KINDS && r >= 0; i++) {
                r = derive_items(&derived->kinds[i], &snapshot->kinds[i], derived->files, snapshot->files);
                if (r >= 0)
                        r = derive_index(&derived->kinds[i], &snapshot->kinds[i]);
        }
        if (r < 0)
                return r;

        *ret = TAKE_PTR(derived);
        return 0;
}

int snapshot_derive_kind(const struct cstorage_snapshot *snapshot, enum cstorage_record_file_kind kind,
                         struct cstorage_snapshot **ret) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *derived = NULL;
        int r;

        r = derive_files(snapshot, &derived);
        if (r >= 0)
                r = derive_items(&derived->kinds[kind], &snapshot->kinds[kind], derived->files,
                                 snapshot->files);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(derived);
        return 0;
}

/* ------------------------------------------------------------------------ moves */

static struct cstorage_record_file *file_of(struct cstorage_snapshot *snapshot, const struct item *item) {
        return &snapshot->files[item->file - snapshot->files];
}

/* The caller has reserved memory. */
static void put_in(struct cstorage_snapshot *snapshot, enum cstorage_record_file_kind kind, size_t at,
                   const struct item *item) {
        struct items *items = &snapshot->kinds[kind];

        memmove(&items->items[at + 1], &items->items[at], (items->n - at) * sizeof(*items->items));
        items->items[at] = *item;
        index_insert(items, kind, at);
        items->n++;
        file_of(snapshot, item)->n_records++;
}

static void take_out(struct cstorage_snapshot *snapshot, enum cstorage_record_file_kind kind, size_t at) {
        struct items *items = &snapshot->kinds[kind];

        file_of(snapshot, &items->items[at])->n_records--;
        index_remove(items, kind, at);
        items->n--;
        memmove(&items->items[at], &items->items[at + 1], (items->n - at) * sizeof(*items->items));
}

static void put_over(struct cstorage_snapshot *snapshot, enum cstorage_record_file_kind kind, size_t at,
                     const struct item *item) {
        struct items *items = &snapshot->kinds[kind];

        index_rename(items, at, snapshot_item_id(kind, item));
        items->items[at] = *item;
}

/* ---------------------------------------------------------------------- journal */

enum move {
        PUT_IN,
        TAKEN_OUT,
        PUT_OVER,
};

struct journal_entry {
        enum move move;
        enum cstorage_record_file_kind kind;
        size_t at;
        struct item before; /* the former item; its record buffer is referenced */
};

static int journal_reserve(struct journal *journal) {
        return journal->kept ? ARRAY_RESERVE(journal->entries, journal->cap, journal->n + 1) : 0;
}

/* The caller has reserved memory. Without a journal the former item is not needed any more. */
static void journal_note(struct journal *journal, enum move move, enum cstorage_record_file_kind kind,
                         size_t at, const struct item *before) {
        if (journal->kept)
                journal->entries[journal->n++] =
                        (struct journal_entry){.move = move, .kind = kind, .at = at, .before = *before};
        else
                record_buffer_unref(before->own);
}

void journal_begin(struct cstorage_snapshot *snapshot) {
        snapshot->journal.kept = true;
}

static void journal_end(struct journal *journal) {
        free(journal->entries);
        *journal = (struct journal){0};
}

void journal_keep(struct cstorage_snapshot *snapshot) {
        for (size_t i = 0; i < snapshot->journal.n; i++)
                record_buffer_unref(snapshot->journal.entries[i].before.own);
        journal_end(&snapshot->journal);
}

static void take_back(struct cstorage_snapshot *snapshot, const struct journal_entry *entry) {
        struct record_buffer *own = NULL; /* of the item that the reversal removes */

        switch (entry->move) {
        case PUT_IN:
                own = snapshot->kinds[entry->kind].items[entry->at].own;
                take_out(snapshot, entry->kind, entry->at);
                break;
        case TAKEN_OUT:
                put_in(snapshot, entry->kind, entry->at, &entry->before);
                break;
        case PUT_OVER:
                own = snapshot->kinds[entry->kind].items[entry->at].own;
                put_over(snapshot, entry->kind, entry->at, &entry->before);
                break;
        }
        record_buffer_unref(own);
}

/* From last to first: each entry then finds the positions as they were. */
void journal_revert(struct cstorage_snapshot *snapshot) {
        while (snapshot->journal.n > 0)
                take_back(snapshot, &snapshot->journal.entries[--snapshot->journal.n]);
        journal_end(&snapshot->journal);
}

/* ---------------------------------------------------------------------- changes */

/* The end of the records of a file: the position of the first record of a later file. */
static size_t end_of_file(const struct items *items, const struct cstorage_record_file *file) {
        size_t at = items->n;

        while (at > 0 && items->items[at - 1].file > file)
                at--;
        return at;
}

int snapshot_insert(struct cstorage_snapshot *snapshot, const struct cstorage_record_file *file,
                    struct record_buffer *record_buffer) {
        struct items *items = &snapshot->kinds[file->kind];
        const struct item item = {.record = record_buffer_record(record_buffer, 0),
                                  .file = file,
                                  .own = record_buffer};
        size_t at = end_of_file(items, file);
        int r;

        r = ARRAY_RESERVE(items->items, items->cap_items, items->n + 2);
        if (r < 0)
                return r;

        r = index_reserve(items);
        if (r < 0)
                return r;

        r = journal_reserve(&snapshot->journal);
        if (r < 0)
                return r;

        record_buffer_ref(record_buffer);
        put_in(snapshot, file->kind, at, &item);
        journal_note(&snapshot->journal, PUT_IN, file->kind, at, &(struct item){0});
        return 0;
}

int snapshot_replace(struct cstorage_snapshot *snapshot, const struct item *item,
                     struct record_buffer *record_buffer) {
        enum cstorage_record_file_kind kind = item->file->kind;
        size_t at = (size_t) (item - snapshot->kinds[kind].items);
        const struct item before = *item, after = {.record = record_buffer_record(record_buffer, 0),
                                                   .file = item->file,
                                                   .own = record_buffer};
        int r;

        r = journal_reserve(&snapshot->journal);
        if (r < 0)
                return r;

        record_buffer_ref(record_buffer);
        put_over(snapshot, kind, at, &after);
        journal_note(&snapshot->journal, PUT_OVER, kind, at, &before);
        return 0;
}

int snapshot_remove(struct cstorage_snapshot *snapshot, const struct item *item) {
        enum cstorage_record_file_kind kind = item->file->kind;
        size_t at = (size_t) (item - snapshot->kinds[kind].items);
        const struct item before = *item;
        int r;

        r = journal_reserve(&snapshot->journal);
        if (r < 0)
                return r;

        take_out(snapshot, kind, at);
        journal_note(&snapshot->journal, TAKEN_OUT, kind, at, &before);
        return 0;
}
