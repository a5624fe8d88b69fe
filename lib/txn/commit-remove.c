/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Moving the data of deleted records to the trash (layers.go:internalDelete). */

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "snapshot/index.h"
#include "trash/check.h"
#include "txn/commit.h"

/* Names of entries, which may not exist. */
struct names {
        struct named_entry *items;
        size_t n, cap;
};

static void names_done(struct names *names) {
        for (size_t i = 0; i < names->n; i++) {
                free(names->items[i].name);
                free(names->items[i].id);
        }
        free(names->items);
}

/* The id of a record can be any text: what is no file name has no entry, and must not be part of a path. */
static bool is_file_name(const char *id, const char *suffix) {
        return name_is_component(id) && strlen(id) + strlen(suffix) <= NAME_MAX;
}

static int add_name(struct names *names, enum root root, enum cstorage_entry_kind kind, const char *id) {
        struct named_entry *named;
        int r;

        if (!is_file_name(id, entry_kinds[kind].suffix))
                return 0;

        r = ARRAY_RESERVE(names->items, names->cap, names->n + 1);
        if (r < 0)
                return r;

        named = &names->items[names->n++];
        *named = (struct named_entry){.root = root, .kind = kind, .id = strdup(id)};
        if (asprintf(&named->name, "%s%s", id, entry_kinds[kind].suffix) < 0)
                named->name = NULL;
        return named->id && named->name ? 0 : -ENOMEM;
}

/* In the order of layers.go:internalDelete. The data of layers are in the graphroot. */
static int add_layer(struct names *names, const struct change *change) {
        int r;

        r = add_name(names, change->root, CSTORAGE_ENTRY_LAYER_DIR, change->id);
        if (r < 0)
                return r;

        r = add_name(names, change->root, CSTORAGE_ENTRY_QUOTA, change->id);
        if (r < 0)
                return r;

        r = add_name(names, ROOT_GRAPH, CSTORAGE_ENTRY_TAR_SPLIT, change->id);
        if (r < 0)
                return r;
        return add_name(names, ROOT_GRAPH, CSTORAGE_ENTRY_LAYER_DATA, change->id);
}

/*
 * The userdata of an image are in the graphroot, even if the image is in the image store
 * (store.go:ImageDirectory).
 */
static int add_data(struct names *names, const struct change *change) {
        int r;

        if (change->object == CSTORAGE_OBJECT_CONTAINER)
                return add_name(names, ROOT_GRAPH, CSTORAGE_ENTRY_CONTAINER_DIR, change->id);

        r = add_name(names, ROOT_GRAPH, CSTORAGE_ENTRY_IMAGE_DIR, change->id);
        if (r < 0 || change->root == ROOT_GRAPH)
                return r;
        return add_name(names, change->root, CSTORAGE_ENTRY_IMAGE_DIR, change->id);
}

static int add_names(const struct changes *changes, enum change_kind kind,
                     int (*add)(struct names *, const struct change *), struct names *ret) {
        for (size_t i = 0; i < changes->n; i++) {
                int r;

                if (changes->items[i].kind != kind)
                        continue;
                r = add(ret, &changes->items[i]);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* --------------------------------------------------------------------------- finding entries */

static void items_done(struct cstorage_trash_item *items, size_t n) {
        for (size_t i = 0; i < n; i++)
                trash_item_done(&items[i]);
        free(items);
}

/* An entry that does not exist is skipped; one that is in use fails the commit. */
static int add_item(struct commit *commit, const struct cstorage_entry *entry,
                    struct cstorage_trash_item *items, size_t *n) {
        struct cstorage_trash_item *item = &items[*n];
        int r;

        *item = TRASH_ITEM_INIT;
        item->entry = entry;
        r = entry_examine(entry, commit->mounts, &item->seen, commit->reterr);
        if (r < 0 || item->seen.type == CSTORAGE_TYPE_ABSENT)
                return r;

        cstorage_inventory_ref(entry->inventory);
        (*n)++;
        return trash_check(item, commit->mounts, commit->reterr);
}

static int find_items(struct commit *commit, const struct names *names, struct cstorage_trash_item **ret,
                      size_t *ret_n) {
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
        const struct cstorage_entry *entry = NULL;
        int r;

        *ret = calloc(names->n + 1, sizeof(**ret));
        if (!*ret)
                return -ENOMEM;

        r = inventory_of(commit->txn->store, names->items, names->n, &inventory, commit->reterr);
        while (r >= 0 && (entry = cstorage_inventory_next(inventory, entry)))
                r = add_item(commit, entry, *ret, ret_n);
        return r;
}

static int find(struct commit *commit, enum change_kind kind,
                int (*add)(struct names *, const struct change *), struct cstorage_trash_item **ret,
                size_t *ret_n) {
        _cleanup_(names_done) struct names names = {0};
        int r;

        r = add_names(&commit->txn->changes, kind, add, &names);
        if (r < 0 || names.n == 0)
                return r;
        return find_items(commit, &names, ret, ret_n);
}

int commit_find_removals(struct commit *commit) {
        int r;

        r = find(commit, CHANGE_LAYER_GONE, add_layer, &commit->layer_items, &commit->n_layer_items);
        if (r < 0)
                return r;
        return find(commit, CHANGE_DATA_GONE, add_data, &commit->data_items, &commit->n_data_items);
}

void commit_forget_removals(struct commit *commit) {
        items_done(commit->layer_items, commit->n_layer_items);
        items_done(commit->data_items, commit->n_data_items);
}

/* ------------------------------------------------------------------------ moving */

int commit_trash(struct commit *commit, struct cstorage_trash_item *items, size_t n) {
        for (size_t i = 0; i < n; i++) {
                trash_move(commit->txn->trash, &items[i], commit->mounts);
                if (items[i].error.code == 0)
                        continue;
                if (commit->reterr)
                        *commit->reterr = items[i].error;
                return items[i].error.code;
        }
        return 0;
}

void commit_restore(struct cstorage_trash_item *items, size_t n) {
        while (n-- > 0)
                trash_restore(&items[n]);
}

/* Moved to the trash with whatever other processes have put into it. */
void commit_unmake(struct commit *commit, enum change_kind made) {
        struct cstorage_trash_item *items = NULL;
        _cleanup_(names_done) struct names names = {0};
        size_t n = 0;

        if (!commit->mounts && mountinfo_read(NULL, &commit->mounts, NULL) < 0)
                return;
        if (add_names(&commit->txn->changes, made, made == CHANGE_LAYER_MADE ? add_layer : add_data,
                      &names) >= 0 &&
            find_items(commit, &names, &items, &n) >= 0)
                (void) commit_trash(commit, items, n);
        items_done(items, n);
}
