/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The properties of an entry, and reading its layer directory through the driver. */

#include <fcntl.h>
#include <stdio.h>

#include "inventory/inventory.h"

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

/* The path is made on demand, because most entries never need one. Threads may do so at the same time. */
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

static int overlay_lower_take(struct overlay_lower *lowers, char ***ret) {
        if (!lowers->ids)
                lowers->ids = calloc(1, sizeof(*lowers->ids));
        if (!lowers->ids)
                return -ENOMEM;
        *ret = lowers->ids;
        return 0;
}

/* The home in the other store: the lowers of a container layer in the graphroot may be in the image store. */
static int other_home(const struct store_dir *place) {
        return place->store->roots[place->root == ROOT_GRAPH ? ROOT_IMAGE : ROOT_GRAPH].home_fd;
}

static int read_lowers(const struct cstorage_entry *entry, char ***ret, struct error *reterr) {
        const struct store_dir *place;
        const struct driver *driver;
        struct overlay_lower lowers = {0};
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
        return overlay_lower_take(&lowers, ret);
}

_public_ int cstorage_entry_read_lowers(const struct cstorage_entry *entry, char ***ret,
                                        struct cstorage_error *reterr) {
        return error_end(reterr, read_lowers(entry, ret, error_begin(reterr)),
                         "cannot read the lowers of a layer");
}

static int is_split_layer(const struct cstorage_entry *entry, struct error *reterr) {
        int (*ask)(int home_fd, const char *id);
        int r;

        if (!entry || entry->kind != CSTORAGE_ENTRY_LAYER_DIR || !entry->id)
                return -EINVAL;

        ask = entry->place->store->driver->is_split_layer;
        r = ask ? ask(entry->place->base_fd, entry->id) : 0;
        return r < 0 ? error_errno(reterr, r, "cannot look into %s", cstorage_entry_get_path(entry)) : r;
}

_public_ int cstorage_entry_is_split_layer(const struct cstorage_entry *entry,
                                           struct cstorage_error *reterr) {
        return error_end(reterr, is_split_layer(entry, error_begin(reterr)), "cannot look into a layer");
}
