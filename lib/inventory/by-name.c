/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An inventory of entries that are found by name: those of a record that is deleted. */

#include <string.h>

#include "base/array.h"
#include "inventory/inventory.h"

/* Returns 0 if the directory does not exist. */
static int open_place(struct cstorage_inventory *inventory, enum root root, enum store_dir_kind kind,
                      struct error *reterr) {
        struct store_dir *place = &inventory->places[inventory->n_places];
        int r;

        if (inventory_find_dir(inventory, root, kind))
                return 1;

        r = store_dir_open(inventory->store, root, kind, place);
        if (r >= 0) {
                inventory->n_places++;
                r = store_dir_complete(place);
        }
        if (r == -ENOENT)
                return 0;
        return r < 0 ? error_errno(reterr, r, "cannot open a directory of %s",
                                   inventory->store->roots[root].path)
                     : 1;
}

static int add_entry(struct cstorage_inventory *inventory, const struct named_entry *named) {
        struct cstorage_entry entry = {.inventory = inventory, .kind = named->kind};
        int r;

        r = ARRAY_RESERVE(inventory->entries, inventory->cap, inventory->n + 1);
        if (r < 0)
                return r;

        entry.place = inventory_find_dir(inventory, named->root, entry_kind_dir(named->kind));
        entry.name = arena_text(&inventory->arena, named->name, strlen(named->name));
        entry.id = arena_text(&inventory->arena, named->id, strlen(named->id));
        if (!entry.name || !entry.id)
                return -ENOMEM;
        inventory->entries[inventory->n++] = entry;
        return 0;
}

/* The short link of a layer is moved with the layer, which needs the directory of links. */
static int add_named(struct cstorage_inventory *inventory, const struct named_entry *named,
                     struct error *reterr) {
        int r;

        r = open_place(inventory, named->root, entry_kind_dir(named->kind), reterr);
        if (r <= 0)
                return r;
        if (named->kind == CSTORAGE_ENTRY_LAYER_DIR) {
                r = open_place(inventory, named->root, STORE_DIR_LINKS, reterr);
                if (r < 0)
                        return r;
        }
        return add_entry(inventory, named);
}

int inventory_of(struct cstorage_store *store, const struct named_entry *named, size_t n,
                 struct cstorage_inventory **ret, struct error *reterr) {
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
        int r;

        r = inventory_new(store, &inventory);
        if (r < 0)
                return r;

        for (size_t i = 0; i < n; i++) {
                r = add_named(inventory, &named[i], reterr);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(inventory);
        return 0;
}
