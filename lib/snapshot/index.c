/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The index: finding records by id, and updating the index with the records. */

#include <endian.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "snapshot/index.h"

static uint64_t head_of(const char *id) {
        uint64_t head = 0;

        memcpy(&head, id, strnlen(id, sizeof(head)));
        return be64toh(head);
}

static int compare_ids(uint64_t a_head, const char *a_id, const struct index_key *b) {
        if (a_head != b->head)
                return a_head < b->head ? -1 : 1;
        return strcmp(a_id, b->id);
}

static int compare_keys(const void *a, const void *b) {
        const struct index_key *x = a, *y = b;
        int r = compare_ids(x->head, x->id, y);

        if (r != 0)
                return r;
        return x->at < y->at ? -1 : x->at > y->at;
}

static int make_keys(struct items *items, enum cstorage_record_file_kind kind) {
        int r;

        r = ARRAY_RESERVE(items->keys, items->cap_keys, items->n + 1);
        if (r < 0)
                return r;

        for (size_t i = 0; i < items->n; i++) {
                const char *id = snapshot_item_id(kind, &items->items[i]);

                items->keys[i] = (struct index_key){.head = head_of(id), .id = id, .at = i};
        }
        qsort(items->keys, items->n, sizeof(*items->keys), compare_keys);
        return 0;
}

/* Mark repeated records by setting them to NULL. Among equal ids, keys are in load order. */
static size_t drop_repeated(struct items *items) {
        size_t dropped = 0;

        for (size_t i = 1; i < items->n; i++) {
                const struct index_key *before = &items->keys[i - 1];
                struct item *item = &items->items[items->keys[i].at];

                if (items->items[before->at].file == item->file &&
                    strcmp(before->id, items->keys[i].id) == 0) {
                        item->record = NULL;
                        dropped++;
                }
        }
        return dropped;
}

static void close_gaps(struct items *items) {
        size_t kept = 0;

        for (size_t i = 0; i < items->n; i++)
                if (items->items[i].record)
                        items->items[kept++] = items->items[i];
        items->n = kept;
}

int snapshot_make_index(struct cstorage_snapshot *snapshot) {
        int r;

        for (enum cstorage_record_file_kind kind = 0; kind < CSTORAGE_RECORD_FILE_MOUNTS; kind++) {
                struct items *items = &snapshot->kinds[kind];

                r = make_keys(items, kind);
                if (r < 0)
                        return r;
                if (kind == CSTORAGE_RECORD_FILE_IMAGES || drop_repeated(items) == 0)
                        continue;

                close_gaps(items);
                r = make_keys(items, kind);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* The first key that is not less than the id; items->n if there is none. */
static size_t lower_bound(const struct items *items, const char *id) {
        uint64_t head = head_of(id);
        size_t low = 0, high = items->n;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (compare_ids(head, id, &items->keys[middle]) > 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

static const struct item *item_of(const struct items *items, size_t key) {
        return &items->items[items->keys[key].at];
}

/* ------------------------------------------------------------------------ updating */

/* The position of the key of an item, which may not exist yet: among equal ids, keys are in load order. */
static size_t key_at(const struct items *items, const char *id, size_t at) {
        size_t key = lower_bound(items, id);

        while (key < items->n && items->keys[key].at < at && strcmp(items->keys[key].id, id) == 0)
                key++;
        return key;
}

int index_reserve(struct items *items) {
        return items->keys ? ARRAY_RESERVE(items->keys, items->cap_keys, items->n + 2) : 0;
}

void index_insert(struct items *items, enum cstorage_record_file_kind kind, size_t at) {
        const char *id = snapshot_item_id(kind, &items->items[at]);
        size_t key;

        if (!items->keys)
                return;

        key = key_at(items, id, at);
        for (size_t i = 0; i < items->n; i++)
                items->keys[i].at += items->keys[i].at >= at;
        memmove(&items->keys[key + 1], &items->keys[key], (items->n - key) * sizeof(*items->keys));
        items->keys[key] = (struct index_key){.head = head_of(id), .id = id, .at = at};
}

void index_rename(struct items *items, size_t at, const char *id) {
        if (items->keys)
                items->keys[key_at(items, id, at)].id = id;
}

void index_remove(struct items *items, enum cstorage_record_file_kind kind, size_t at) {
        size_t key;

        if (!items->keys)
                return;

        key = key_at(items, snapshot_item_id(kind, &items->items[at]), at);
        memmove(&items->keys[key], &items->keys[key + 1], (items->n - key - 1) * sizeof(*items->keys));
        for (size_t i = 0; i + 1 < items->n; i++)
                items->keys[i].at -= items->keys[i].at > at;
}

/* ------------------------------------------------------------------------ finding */

const struct item *snapshot_find_id(const struct cstorage_snapshot *snapshot,
                                    enum cstorage_record_file_kind kind, const char *id) {
        const struct items *items = &snapshot->kinds[kind];
        size_t at = lower_bound(items, id), last = at;

        if (at == items->n || strcmp(items->keys[at].id, id) != 0)
                return NULL;

        /* Images with the same id are all kept, and the last one is found (images.go:load). */
        if (kind == CSTORAGE_RECORD_FILE_IMAGES)
                while (last + 1 < items->n && strcmp(items->keys[last + 1].id, id) == 0 &&
                       item_of(items, last + 1)->file == item_of(items, at)->file)
                        last++;
        return item_of(items, last);
}

const struct store_root *snapshot_store_of(const struct cstorage_record_file *file) {
        return file->location == CSTORAGE_LOCATION_ADDITIONAL || file->kind == CSTORAGE_RECORD_FILE_IMAGES
                       ? file->root
                       : NULL;
}

const struct item *snapshot_find_id_in(const struct cstorage_snapshot *snapshot,
                                       enum cstorage_record_file_kind kind, const struct store_root *store,
                                       const char *id) {
        const struct items *items = &snapshot->kinds[kind];
        const struct item *found = NULL;

        for (size_t i = lower_bound(items, id); i < items->n && strcmp(items->keys[i].id, id) == 0; i++) {
                if (snapshot_store_of(item_of(items, i)->file) != store)
                        continue;
                if (!found || kind == CSTORAGE_RECORD_FILE_IMAGES)
                        found = item_of(items, i);
        }
        return found;
}

const struct item *snapshot_find_mount(const struct cstorage_snapshot *snapshot, const char *layer) {
        const struct items *mounts = &snapshot->kinds[CSTORAGE_RECORD_FILE_MOUNTS];

        for (size_t i = 0; i < mounts->n; i++)
                if (strcmp(snapshot_item_id(CSTORAGE_RECORD_FILE_MOUNTS, &mounts->items[i]), layer) == 0)
                        return &mounts->items[i];
        return NULL;
}

int snapshot_find_prefix_in(const struct cstorage_snapshot *snapshot, enum cstorage_record_file_kind kind,
                            const struct store_root *store, const char *prefix, const struct item **ret) {
        const struct items *items = &snapshot->kinds[kind];
        const char *id = NULL;

        for (size_t i = lower_bound(items, prefix); i < items->n && has_prefix(items->keys[i].id, prefix);
             i++) {
                if (snapshot_store_of(item_of(items, i)->file) != store)
                        continue;
                if (id && strcmp(items->keys[i].id, id) != 0)
                        return -EEXIST;
                id = items->keys[i].id;
        }
        if (!id)
                return -ENOENT;

        *ret = snapshot_find_id_in(snapshot, kind, store, id);
        return 0;
}
