/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Listing the directories of a store. */

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "inventory/inventory.h"

static int add_problem(struct cstorage_inventory *inventory, char *path, int code) {
        _cleanup_free_ char *where = path, *text = NULL;
        struct error error;
        int r;

        r = ARRAY_RESERVE(inventory->problems, inventory->cap_problems, inventory->n_problems + 1);
        if (r < 0)
                return r;

        if (code == -ELOOP || code == -ENOTDIR)
                error_set(&error, code,
                          "is a file or a symbolic link, which is not followed. Put the directory itself "
                          "there");
        else
                error_errno(&error, code, "cannot list the directory");
        text = strdup(error.text);
        if (!where || !text)
                return -ENOMEM;
        inventory->problems[inventory->n_problems++] =
                (struct inventory_problem){.path = TAKE_PTR(where), .text = TAKE_PTR(text)};
        return 0;
}

int store_dir_complete(struct store_dir *place) {
        struct identity id;
        int r;

        r = fd_path(place->fd, &place->path);
        if (r < 0)
                return r;

        r = identity_at(place->fd, "", &id);
        if (r < 0)
                return r;

        place->mount_id = id.mnt_id;
        return 0;
}

static int fill_place(struct store_dir *place) {
        int r;

        r = store_dir_complete(place);
        if (r < 0)
                return r;
        return dir_list_read(&place->list, place->fd);
}

static int list_place(struct cstorage_inventory *inventory, enum root root, enum store_dir_kind kind) {
        struct store_dir *place = &inventory->places[inventory->n_places];
        int r;

        r = store_dir_open(inventory->store, root, kind, place);
        if (r >= 0) {
                inventory->n_places++;
                r = fill_place(place);
        }
        if (r == -ENOENT || r == -ENOMEM)
                return r == -ENOMEM ? r : 0;
        return r < 0 ? add_problem(inventory, store_dir_describe(inventory->store, root, kind), r) : 0;
}

static int list_root(struct cstorage_inventory *inventory, enum root root) {
        const struct store_root *in = &inventory->store->roots[root];
        char *home;
        int r;

        if (!in->path)
                return 0;
        if (root != ROOT_RUN && in->home_fd < 0 && in->home_error != -ENOENT) {
                if (asprintf(&home, "%s/%s", in->path, inventory->store->driver->name) < 0)
                        return -ENOMEM;
                r = add_problem(inventory, home, in->home_error);
                if (r < 0)
                        return r;
        }
        for (enum store_dir_kind kind = 0; kind < STORE_DIR_KINDS; kind++) {
                if (!store_dir_is_in(root, kind))
                        continue;
                r = list_place(inventory, root, kind);
                if (r < 0)
                        return r;
        }
        return 0;
}

const struct store_dir *inventory_find_dir(const struct cstorage_inventory *inventory, enum root root,
                                           enum store_dir_kind kind) {
        for (size_t i = 0; i < inventory->n_places; i++)
                if (inventory->places[i].root == root && inventory->places[i].kind == kind)
                        return &inventory->places[i];
        return NULL;
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
        if (store_dir_link_target(entry->place, target, id) < 0)
                return 0;

        entry->id = arena_text(&entry->inventory->arena, id, ID_LENGTH);
        return entry->id ? 0 : -ENOMEM;
}

static int find_id(struct cstorage_entry *entry) {
        const struct entry_kind *kind = &entry_kinds[entry->kind];

        if (kind->is_link)
                return read_target(entry);
        if (!kind->suffix || !name_starts_with_id(entry->name) ||
            strcmp(entry->name + ID_LENGTH, kind->suffix) != 0)
                return 0;

        /* Most names are the id. */
        entry->id =
                *kind->suffix ? arena_text(&entry->inventory->arena, entry->name, ID_LENGTH) : entry->name;
        return entry->id ? 0 : -ENOMEM;
}

/* A temp dir is listed by its directory, or by its lock file if it has no directory. */
static bool is_lock_beside_directory(const struct store_dir *place, const char *name) {
        const char *number = name_number_after(name, TEMP_LOCK_PREFIX);
        char directory[NAME_BUFFER];

        if (!number)
                return false;
        (void) snprintf(directory, sizeof(directory), TEMP_DIR_PREFIX "%s", number);
        return dir_list_has(&place->list, directory);
}

static size_t count(const struct store_dir *place, enum cstorage_entry_kind kind) {
        size_t n = 0;

        for (size_t i = 0; place && i < place->list.n; i++)
                n += entry_kind_of(place, place->list.entries[i].name, place->list.entries[i].type) ==
                     (int) kind;
        return n;
}

/*
 * Reading a link costs as much as everything else for a layer. Links are therefore read only if there are
 * more of them than layers: then at least one is dangling. The link of a layer that is removed is found
 * through the layer.
 */
static bool is_worth_reading(const struct cstorage_inventory *inventory, const struct store_dir *place) {
        const struct store_dir *layers = inventory_find_dir(inventory, place->root, STORE_DIR_LAYERS);

        return place->kind != STORE_DIR_LINKS ||
               count(place, CSTORAGE_ENTRY_LINK) > count(layers, CSTORAGE_ENTRY_LAYER_DIR);
}

static int add_entry(struct cstorage_inventory *inventory, const struct store_dir *place, const char *name,
                     enum cstorage_entry_kind kind) {
        struct cstorage_entry entry = {.inventory = inventory, .place = place, .name = name, .kind = kind};
        int r;

        if (entry_kinds[kind].lock == ENTRY_LOCK_BESIDE && is_lock_beside_directory(place, name))
                return 0;

        r = find_id(&entry);
        if (r < 0)
                return r;

        r = ARRAY_RESERVE(inventory->entries, inventory->cap, inventory->n + 1);
        if (r < 0)
                return r;

        inventory->entries[inventory->n++] = entry;
        return 0;
}

static int add_place(struct cstorage_inventory *inventory, const struct store_dir *place) {
        int r;

        if (!is_worth_reading(inventory, place))
                return 0;

        for (size_t i = 0; i < place->list.n; i++) {
                const struct dir_entry *entry = &place->list.entries[i];
                int kind = entry_kind_of(place, entry->name, entry->type);

                if (kind == NOT_LISTED)
                        continue;
                r = add_entry(inventory, place, entry->name, (enum cstorage_entry_kind) kind);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Sort by kind; a stable sort, which keeps the order of directories and names. */
static int sort_entries(struct cstorage_inventory *inventory) {
        size_t next[CSTORAGE_ENTRY_KINDS] = {0}, at = 0, n;
        struct cstorage_entry *sorted = calloc(inventory->n + 1, sizeof(*sorted));

        if (!sorted)
                return -ENOMEM;

        for (size_t i = 0; i < inventory->n; i++)
                next[inventory->entries[i].kind]++;
        for (size_t kind = 0; kind < CSTORAGE_ENTRY_KINDS; kind++) {
                n = next[kind];
                next[kind] = at;
                at += n;
        }
        for (size_t i = 0; i < inventory->n; i++)
                sorted[next[inventory->entries[i].kind]++] = inventory->entries[i];
        free(inventory->entries);
        inventory->entries = sorted;
        return 0;
}

int inventory_fill(struct cstorage_inventory *inventory) {
        int r;

        r = list_root(inventory, ROOT_GRAPH);
        if (r < 0)
                return r;

        r = list_root(inventory, ROOT_IMAGE);
        if (r < 0)
                return r;

        r = list_root(inventory, ROOT_RUN);
        if (r < 0)
                return r;

        for (size_t i = 0; i < inventory->n_places; i++) {
                r = add_place(inventory, &inventory->places[i]);
                if (r < 0)
                        return r;
        }
        return sort_entries(inventory);
}
