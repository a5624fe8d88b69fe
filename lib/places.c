/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The directories of a store: where they are, and which of their entries are what. */

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "format/name.h"
#include "inventory.h"

/* ---------------------------------------------------------------------------------------------- places */

static const struct {
        bool in_home;
        size_t driver_name; /* where: the offset of its name in struct driver */
        enum path path;     /* else */
} place_kinds[PLACE_KINDS] = {
        [PLACE_LAYERS] = {.in_home = true, .driver_name = offsetof(struct driver, layers_dir)},
        [PLACE_LINKS] = {.in_home = true, .driver_name = offsetof(struct driver, links_dir)},
        [PLACE_STAGING] = {.in_home = true, .driver_name = offsetof(struct driver, staging_dir)},
        [PLACE_DRIVER_TEMP] = {.in_home = true, .driver_name = offsetof(struct driver, temp_root)},
        [PLACE_LAYER_DATA] = {.path = PATH_LAYERS_DIR},
        [PLACE_DATA_TEMP] = {.path = PATH_LAYERS_TEMP},
        [PLACE_IMAGES] = {.path = PATH_IMAGES_DIR},
        [PLACE_CONTAINERS] = {.path = PATH_CONTAINERS_DIR},
};

static const char *name_in_home(const struct driver *driver, enum place_kind kind) {
        const char *name;

        memcpy(&name, (const char *) driver + place_kinds[kind].driver_name, sizeof(name));
        return name;
}

static int add_problem(struct cstorage_inventory *inventory, const char *path, const char *name, int code) {
        struct inventory_problem problem = {0};
        char why[128];
        int r;

        r = ARRAY_RESERVE(inventory->problems, inventory->cap_problems, inventory->n_problems + 1);
        if (r < 0)
                return r;
        if (asprintf(&problem.path, "%s/%s", path, name) < 0)
                return -ENOMEM;
        problem.text = strdup(code == -ELOOP || code == -ENOTDIR
                                      ? "is no directory, or a symbolic link, which is not followed"
                                      : strerror_r(-code, why, sizeof(why)));
        if (!problem.text) {
                free(problem.path);
                return -ENOMEM;
        }
        inventory->problems[inventory->n_problems++] = problem;
        return 0;
}

static int fill_place(struct place *place) {
        struct identity id;
        int r;

        r = fd_path(place->fd, &place->path);
        if (r < 0)
                return r;

        r = identity_at(place->fd, "", &id);
        if (r < 0)
                return r;

        place->mount_id = id.mnt_id;
        return dir_list_read(&place->list, place->fd);
}

static int open_place(struct cstorage_inventory *inventory, const struct place *where) {
        struct place *place = &inventory->places[inventory->n_places];
        int r;

        *place = *where;
        place->fd = open_dir_beneath(place->base_fd, place->name);
        if (place->fd < 0)
                return place->fd;

        inventory->n_places++;
        r = fill_place(place);
        if (r < 0)
                dir_list_done(&place->list);
        return r;
}

static int list_place(struct cstorage_inventory *inventory, enum root root, enum place_kind kind) {
        const struct store_root *in = &inventory->store->roots[root];
        const struct driver *driver = inventory->store->driver;
        struct place place = {.store = inventory->store, .kind = kind, .root = root, .list = DIR_LIST_INIT};
        const char *name;
        int r;

        if (place_kinds[kind].in_home) {
                name = name_in_home(driver, kind);
                if (!name)
                        return 0;
                (void) snprintf(place.name, sizeof(place.name), "%s", name);
                place.base_fd = in->home_fd;
        } else {
                path_of(place_kinds[kind].path, driver->name, place.name);
                place.base_fd = in->fd;
        }

        r = place.base_fd < 0 ? -ENOENT : open_place(inventory, &place);
        if (r == -ENOENT || r == -ENOMEM)
                return r == -ENOMEM ? r : 0;
        return r < 0 ? add_problem(inventory, in->path, place.name, r) : 0;
}

static int list_root(struct cstorage_inventory *inventory, enum root root) {
        const struct store_root *in = &inventory->store->roots[root];
        int r;

        if (in->home_fd < 0 && in->home_error != -ENOENT && in->path) {
                r = add_problem(inventory, in->path, inventory->store->driver->name, in->home_error);
                if (r < 0)
                        return r;
        }
        for (enum place_kind kind = 0; kind < PLACE_KINDS; kind++) {
                r = list_place(inventory, root, kind);
                if (r < 0)
                        return r;
        }
        return 0;
}

int inventory_list_places(struct cstorage_inventory *inventory) {
        int r;

        r = list_root(inventory, ROOT_GRAPH);
        if (r < 0)
                return r;
        return list_root(inventory, ROOT_IMAGE);
}

const struct place *inventory_find_place(const struct cstorage_inventory *inventory, enum root root,
                                         enum place_kind kind) {
        for (size_t i = 0; i < inventory->n_places; i++)
                if (inventory->places[i].root == root && inventory->places[i].kind == kind)
                        return &inventory->places[i];
        return NULL;
}

/* --------------------------------------------------------------------------------------------- entries */

/* What may be a directory, or stands where one belongs. */
static bool may_be_directory(const struct dir_entry *entry) {
        return entry->type == DT_DIR || entry->type == DT_UNKNOWN || entry->type == DT_LNK;
}

/* Each says whether this entry of a place is of its kind: 1 and the id, if the name gives one; 0; or -ENOMEM.
 */

static int is_layer_dir(const struct place *place, const struct dir_entry *entry,
                        struct cstorage_entry *ret) {
        const struct driver *driver = ret->inventory->store->driver;

        (void) place;
        if (name_is_id(entry->name)) {
                ret->id = entry->name;
                return 1;
        }
        return may_be_directory(entry) && !driver->is_own_name(entry->name);
}

static int is_data_dir(const struct place *place, const struct dir_entry *entry, struct cstorage_entry *ret) {
        (void) place;
        if (name_is_id(entry->name)) {
                ret->id = entry->name;
                return 1;
        }
        return may_be_directory(entry) && strcmp(entry->name, "lost+found") != 0;
}

static int is_layer_data(const struct place *place, const struct dir_entry *entry,
                         struct cstorage_entry *ret) {
        (void) place;
        ret->id = entry->name;
        return name_is_id(entry->name);
}

static int is_tar_split(const struct place *place, const struct dir_entry *entry,
                        struct cstorage_entry *ret) {
        (void) place;
        if (!name_starts_with_id(entry->name) || strcmp(entry->name + ID_LENGTH, TAR_SPLIT_SUFFIX) != 0)
                return 0;

        ret->id = arena_text(&ret->inventory->arena, entry->name, ID_LENGTH);
        return ret->id ? 1 : -ENOMEM;
}

static int read_target(struct cstorage_entry *entry) {
        _cleanup_free_ char *target = NULL;
        char id[ID_LENGTH + 1];
        int r;

        r = readlink_alloc_at(entry->place->fd, entry->name, &target);
        if (r < 0)
                return r == -ENOMEM ? r : 0;

        entry->target = arena_text(&entry->inventory->arena, target, strlen(target));
        if (!entry->target)
                return -ENOMEM;
        if (name_link_target(target, id) < 0)
                return 0;

        entry->id = arena_text(&entry->inventory->arena, id, ID_LENGTH);
        return entry->id ? 0 : -ENOMEM;
}

static int is_link(const struct place *place, const struct dir_entry *entry, struct cstorage_entry *ret) {
        int r;

        (void) place;
        if (!name_is_link_id(entry->name))
                return 0;

        r = read_target(ret);
        return r < 0 ? r : 1;
}

/* The directory stands for both, where it is there; else the lock file does. */
static int is_temp_dir(const struct place *place, const struct dir_entry *entry, struct cstorage_entry *ret) {
        const char *number = name_number_after(entry->name, TEMP_LOCK_PREFIX);
        char directory[NAME_BUFFER];

        (void) ret;
        if (!number)
                return name_number_after(entry->name, TEMP_DIR_PREFIX) != NULL;

        (void) snprintf(directory, sizeof(directory), TEMP_DIR_PREFIX "%s", number);
        return !dir_list_has(&place->list, directory);
}

static int is_staging(const struct place *place, const struct dir_entry *entry, struct cstorage_entry *ret) {
        (void) place;
        (void) ret;
        return may_be_directory(entry);
}

static int is_save_leftover(const struct place *place, const struct dir_entry *entry,
                            struct cstorage_entry *ret) {
        (void) ret;
        return path_is_save_leftover(place_kinds[place->kind].path, entry->name);
}

/* By kind of entry, then place: the order of the inventory. */
static const struct {
        enum cstorage_entry_kind kind;
        enum place_kind place;
        int (*accepts)(const struct place *place, const struct dir_entry *entry, struct cstorage_entry *ret);
} rules[] = {
        {CSTORAGE_ENTRY_LAYER_DIR, PLACE_LAYERS, is_layer_dir},
        {CSTORAGE_ENTRY_CONTAINER_DIR, PLACE_CONTAINERS, is_data_dir},
        {CSTORAGE_ENTRY_IMAGE_DIR, PLACE_IMAGES, is_data_dir},
        {CSTORAGE_ENTRY_TAR_SPLIT, PLACE_LAYER_DATA, is_tar_split},
        {CSTORAGE_ENTRY_LAYER_DATA, PLACE_LAYER_DATA, is_layer_data},
        {CSTORAGE_ENTRY_LINK, PLACE_LINKS, is_link},
        {CSTORAGE_ENTRY_TEMP_DIR, PLACE_DRIVER_TEMP, is_temp_dir},
        {CSTORAGE_ENTRY_TEMP_DIR, PLACE_DATA_TEMP, is_temp_dir},
        {CSTORAGE_ENTRY_STAGING, PLACE_STAGING, is_staging},
        {CSTORAGE_ENTRY_SAVE_LEFTOVER, PLACE_LAYER_DATA, is_save_leftover},
        {CSTORAGE_ENTRY_SAVE_LEFTOVER, PLACE_IMAGES, is_save_leftover},
        {CSTORAGE_ENTRY_SAVE_LEFTOVER, PLACE_CONTAINERS, is_save_leftover},
};

/*
 * To read a link costs as much as all else that is done for a layer, so they are read only where there are
 * more of them than layers: then one must lead nowhere. The link of a layer that goes is found through the
 * layer.
 */
static bool links_are_worth_reading(const struct cstorage_inventory *inventory, const struct place *links) {
        const struct place *layers = inventory_find_place(inventory, links->root, PLACE_LAYERS);
        size_t n_links = 0, n_layers = 0;

        for (size_t i = 0; i < links->list.n; i++)
                n_links += name_is_link_id(links->list.entries[i].name);
        for (size_t i = 0; layers && i < layers->list.n; i++)
                n_layers += name_is_id(layers->list.entries[i].name);
        return n_links > n_layers;
}

static int add_entries_of(struct cstorage_inventory *inventory, const struct place *place, size_t rule) {
        int r;

        for (size_t i = 0; i < place->list.n; i++) {
                struct cstorage_entry entry = {
                        .inventory = inventory,
                        .place = place,
                        .name = place->list.entries[i].name,
                        .kind = rules[rule].kind,
                };

                r = rules[rule].accepts(place, &place->list.entries[i], &entry);
                if (r < 0)
                        return r;
                if (r == 0)
                        continue;

                r = ARRAY_RESERVE(inventory->entries, inventory->cap, inventory->n + 1);
                if (r < 0)
                        return r;
                inventory->entries[inventory->n++] = entry;
        }
        return 0;
}

int inventory_add_entries(struct cstorage_inventory *inventory) {
        int r;

        for (size_t rule = 0; rule < ARRAY_SIZE(rules); rule++)
                for (size_t i = 0; i < inventory->n_places; i++) {
                        const struct place *place = &inventory->places[i];

                        if (place->kind != rules[rule].place ||
                            (place->kind == PLACE_LINKS && !links_are_worth_reading(inventory, place)))
                                continue;
                        r = add_entries_of(inventory, place, rule);
                        if (r < 0)
                                return r;
                }
        return 0;
}
