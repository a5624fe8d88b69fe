/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The entries in the directories of a store. */

#include "inventory/inventory.h"

static struct cstorage_inventory *inventory_free(struct cstorage_inventory *inventory) {
        for (size_t i = 0; i < inventory->n_places; i++)
                store_dir_done(&inventory->places[i]);
        for (size_t i = 0; i < inventory->n; i++)
                free(inventory->entries[i].path);
        free(inventory->entries);
        for (size_t i = 0; i < inventory->n_problems; i++) {
                free(inventory->problems[i].path);
                free(inventory->problems[i].text);
        }
        free(inventory->problems);
        arena_done(&inventory->arena);
        mountinfo_free(inventory->mounts);
        cstorage_store_unref(inventory->store);
        free(inventory);
        return NULL;
}

_public_ struct cstorage_inventory *cstorage_inventory_ref(struct cstorage_inventory *inventory) {
        if (inventory)
                __atomic_add_fetch(&inventory->refs, 1, __ATOMIC_RELAXED);
        return inventory;
}

_public_ struct cstorage_inventory *cstorage_inventory_unref(struct cstorage_inventory *inventory) {
        if (inventory && __atomic_sub_fetch(&inventory->refs, 1, __ATOMIC_ACQ_REL) == 0)
                return inventory_free(inventory);
        return NULL;
}

int inventory_new(struct cstorage_store *store, struct cstorage_inventory **ret) {
        struct cstorage_inventory *inventory = calloc(1, sizeof(*inventory));

        if (!inventory)
                return -ENOMEM;
        inventory->refs = 1;
        inventory->store = cstorage_store_ref(store);
        inventory->mounts_once = (pthread_once_t) PTHREAD_ONCE_INIT;
        *ret = inventory;
        return 0;
}

static int list_store(struct cstorage_store *store, struct cstorage_inventory **ret, struct error *reterr) {
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
        int r;

        if (!store || !ret)
                return -EINVAL;

        r = inventory_new(store, &inventory);
        if (r < 0)
                return r;

        r = inventory_fill(inventory);
        if (r < 0)
                return error_errno(reterr, r, "cannot list %s", store->roots[ROOT_GRAPH].path);

        *ret = TAKE_PTR(inventory);
        return 0;
}

_public_ int cstorage_inventory_new(struct cstorage_store *store, struct cstorage_inventory **ret,
                                    struct cstorage_error *reterr) {
        return error_end(reterr, list_store(store, ret, error_begin(reterr)), "cannot list the store");
}

_public_ const struct cstorage_entry *cstorage_inventory_next(const struct cstorage_inventory *inventory,
                                                              const struct cstorage_entry *prev) {
        const struct cstorage_entry *next = prev ? prev + 1 : inventory->entries;

        return next < inventory->entries + inventory->n ? next : NULL;
}

_public_ const char *cstorage_inventory_get_problem(const struct cstorage_inventory *inventory, size_t index,
                                                    const char **ret_path) {
        if (index >= inventory->n_problems)
                return NULL;
        if (ret_path)
                *ret_path = inventory->problems[index].path;
        return inventory->problems[index].text;
}

/* pthread_once() passes no argument to its function. */
static _Thread_local struct cstorage_inventory *reading_mounts_of;

static void read_mounts(void) {
        struct cstorage_inventory *inventory = reading_mounts_of;
        int r;

        r = mountinfo_read(NULL, &inventory->mounts, &inventory->mounts_error);
        if (r < 0)
                inventory->mounts_error.code = r;
}

const struct mountinfo *inventory_mounts(struct cstorage_inventory *inventory, struct error *reterr) {
        reading_mounts_of = inventory;
        (void) pthread_once(&inventory->mounts_once, read_mounts);
        if (!inventory->mounts)
                (void) error_set(reterr, inventory->mounts_error.code, "%s", inventory->mounts_error.text);
        return inventory->mounts;
}

/* If mountinfo cannot be read, there is no error here: cstorage_entry_stat() reports it. */
_public_ const char *cstorage_inventory_get_mounted_layer(const struct cstorage_inventory *inventory,
                                                          size_t index) {
        const struct mountinfo *mounts =
                inventory_mounts((struct cstorage_inventory *) (uintptr_t) inventory, NULL);
        const struct idset *layers = mounts ? mountinfo_layers(mounts) : NULL;

        return layers && index < layers->n ? layers->ids[index] : NULL;
}
