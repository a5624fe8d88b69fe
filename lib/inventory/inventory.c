/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What lies in the directories of a store. */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "inventory/inventory.h"

static struct cstorage_inventory *inventory_free(struct cstorage_inventory *inventory) {
        for (size_t i = 0; i < inventory->n_places; i++)
                place_done(&inventory->places[i]);
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

/* pthread_once() hands nothing to its function. */
static _Thread_local struct cstorage_inventory *reading_mounts_of;

static void read_mounts(void) {
        struct cstorage_inventory *inventory = reading_mounts_of;
        int r;

        r = mountinfo_read(NULL, &inventory->mounts, &inventory->mounts_error);
        if (r < 0)
                inventory->mounts_error.code = r;
}

static const struct mountinfo *inventory_mounts(struct cstorage_inventory *inventory, struct error *reterr) {
        reading_mounts_of = inventory;
        (void) pthread_once(&inventory->mounts_once, read_mounts);
        if (!inventory->mounts)
                (void) error_set(reterr, inventory->mounts_error.code, "%s", inventory->mounts_error.text);
        return inventory->mounts;
}

/* Where mountinfo cannot be read no entry can be examined either, which says so. */
_public_ const char *cstorage_inventory_get_mounted_layer(const struct cstorage_inventory *inventory,
                                                          size_t index) {
        const struct mountinfo *mounts =
                inventory_mounts((struct cstorage_inventory *) (uintptr_t) inventory, NULL);
        const struct idset *layers = mounts ? mountinfo_layers(mounts) : NULL;

        return layers && index < layers->n ? layers->ids[index] : NULL;
}

static int look_at(const struct cstorage_entry *entry, struct cstorage_identity *ret, struct error *reterr) {
        const struct mountinfo *mounts;

        if (!entry || !ret)
                return -EINVAL;

        mounts = inventory_mounts(entry->inventory, reterr);
        if (!mounts)
                return entry->inventory->mounts_error.code;
        return entry_examine(entry, mounts, ret, reterr);
}

_public_ int cstorage_entry_examine(const struct cstorage_entry *entry, struct cstorage_identity *ret,
                                    struct cstorage_error *reterr) {
        return error_end(reterr, look_at(entry, ret, error_begin(reterr)), "cannot look at an entry");
}

_public_ enum cstorage_entry_kind cstorage_entry_get_kind(const struct cstorage_entry *entry) {
        return entry->kind;
}

_public_ const char *cstorage_entry_get_id(const struct cstorage_entry *entry) {
        return entry->id;
}

_public_ const char *cstorage_entry_get_name(const struct cstorage_entry *entry) {
        return entry->name;
}

_public_ const char *cstorage_entry_get_target(const struct cstorage_entry *entry) {
        return entry->target;
}

_public_ bool cstorage_entry_is_in_imagestore(const struct cstorage_entry *entry) {
        return entry->place->root == ROOT_IMAGE;
}

/* Most entries are never named to anybody: the path is put together for those that are, by whoever comes
 * first. */
_public_ const char *cstorage_entry_get_path(const struct cstorage_entry *entry) {
        char **where = (char **) (uintptr_t) &entry->path, *made,
             *path = __atomic_load_n(where, __ATOMIC_ACQUIRE);

        if (path)
                return path;
        if (asprintf(&made, "%s/%s", entry->place->path, entry->name) < 0)
                return NULL;
        if (__atomic_compare_exchange_n(where, &path, made, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
                return made;
        free(made);
        return path;
}

_public_ int cstorage_entry_open(const struct cstorage_entry *entry) {
        if (!entry)
                return -EINVAL;
        return open_beneath_same_mount(entry->place->fd, entry->name, O_RDONLY | O_DIRECTORY);
}

static int lowers_take(struct lowers *lowers, char ***ret) {
        if (!lowers->ids)
                lowers->ids = calloc(1, sizeof(*lowers->ids));
        if (!lowers->ids)
                return -ENOMEM;
        *ret = lowers->ids;
        return 0;
}

/*
 * That of the image store, or the graphroot's; container layers of the one lie on image layers of the other.
 */
static int other_home(const struct place *place) {
        return place->store->roots[place->root == ROOT_GRAPH ? ROOT_IMAGE : ROOT_GRAPH].home_fd;
}

static int read_lowers(const struct cstorage_entry *entry, char ***ret, struct error *reterr) {
        const struct place *place;
        const struct driver *driver;
        struct lowers lowers = {0};
        int r;

        if (!entry || !ret || entry->kind != CSTORAGE_ENTRY_LAYER_DIR || !entry->id)
                return -EINVAL;

        place = entry->place;
        driver = place->store->driver;
        if (driver->read_lowers) {
                r = driver->read_lowers(place->base_fd, other_home(place), entry->id, &lowers, reterr);
                if (r < 0)
                        return r;
        }
        return lowers_take(&lowers, ret);
}

_public_ int cstorage_entry_read_lowers(const struct cstorage_entry *entry, char ***ret,
                                        struct cstorage_error *reterr) {
        return error_end(reterr, read_lowers(entry, ret, error_begin(reterr)),
                         "cannot read what a layer lies on");
}

static int is_half(const struct cstorage_entry *entry, struct error *reterr) {
        int (*ask)(int home_fd, const char *id);
        int r;

        if (!entry || entry->kind != CSTORAGE_ENTRY_LAYER_DIR || !entry->id)
                return -EINVAL;

        ask = entry->place->store->driver->is_half;
        r = ask ? ask(entry->place->base_fd, entry->id) : 0;
        return r < 0 ? error_errno(reterr, r, "cannot look into %s", cstorage_entry_get_path(entry)) : r;
}

_public_ int cstorage_entry_is_half(const struct cstorage_entry *entry, struct cstorage_error *reterr) {
        return error_end(reterr, is_half(entry, error_begin(reterr)), "cannot look into a layer");
}
