/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The directories of a store, and their paths. */

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/fd.h"
#include "base/text.h"
#include "inventory/directories.h"

static const struct {
        bool in_home;
        size_t driver_name; /* if in_home: offset of the name in struct driver */
        enum path path;     /* if not in_home */
} place_kinds[STORE_DIR_KINDS] = {
        [STORE_DIR_LAYERS] = {.in_home = true, .driver_name = offsetof(struct driver, layers_dir)},
        [STORE_DIR_LINKS] = {.in_home = true, .driver_name = offsetof(struct driver, links_dir)},
        [STORE_DIR_STAGING] = {.in_home = true, .driver_name = offsetof(struct driver, staging_dir)},
        [STORE_DIR_DRIVER_TEMP] = {.in_home = true, .driver_name = offsetof(struct driver, temp_root)},
        [STORE_DIR_QUOTAS] = {.in_home = true, .driver_name = offsetof(struct driver, quotas_dir)},
        [STORE_DIR_LAYER_DATA] = {.path = PATH_LAYERS_DIR},
        [STORE_DIR_DATA_TEMP] = {.path = PATH_LAYERS_TEMP},
        [STORE_DIR_IMAGES] = {.path = PATH_IMAGES_DIR},
        [STORE_DIR_CONTAINERS] = {.path = PATH_CONTAINERS_DIR},
};

static const char *name_in_home(const struct driver *driver, enum store_dir_kind kind) {
        const char *name;

        memcpy(&name, (const char *) driver + place_kinds[kind].driver_name, sizeof(name));
        return name;
}

void store_dir_done(struct store_dir *place) {
        dir_list_done(&place->list);
        close_fd(place->fd);
        free(place->path);
        *place = STORE_DIR_INIT;
}

/*
 * Return the path of a directory relative to *ret_fd, which may be -1; NULL if the driver has no such
 * directory.
 */
static const char *locate(const struct cstorage_store *store, enum root root, enum store_dir_kind kind,
                          int *ret_fd, char buffer[static PATH_LENGTH_MAX]) {
        if (place_kinds[kind].in_home) {
                *ret_fd = store->roots[root].home_fd;
                return name_in_home(store->driver, kind);
        }
        *ret_fd = store->roots[root].fd;
        return path_of(place_kinds[kind].path, store->driver->name, buffer);
}

int store_dir_open(const struct cstorage_store *store, enum root root, enum store_dir_kind kind,
                   struct store_dir *ret) {
        char buffer[PATH_LENGTH_MAX];
        const char *name;
        int base_fd, fd;

        name = locate(store, root, kind, &base_fd, buffer);
        if (!name || base_fd < 0)
                return -ENOENT;

        fd = open_dir_beneath(base_fd, name);
        if (fd < 0)
                return fd;

        *ret = (struct store_dir){.store = store, .kind = kind, .root = root, .base_fd = base_fd, .fd = fd};
        (void) snprintf(ret->name, sizeof(ret->name), "%s", name);
        return 0;
}

char *store_dir_describe(const struct cstorage_store *store, enum root root, enum store_dir_kind kind) {
        const char *above = store->roots[root].path, *name;
        char buffer[PATH_LENGTH_MAX], *path;
        bool in_home = place_kinds[kind].in_home;
        int base_fd;

        name = locate(store, root, kind, &base_fd, buffer);
        if (asprintf(&path, "%s%s%s/%s", above, in_home ? "/" : "", in_home ? store->driver->name : "",
                     name) < 0)
                return NULL;
        return path;
}

bool store_dir_is_in(enum root root, enum store_dir_kind kind) {
        return root != ROOT_RUN || kind == STORE_DIR_LAYER_DATA || kind == STORE_DIR_CONTAINERS;
}

enum path store_dir_path(enum store_dir_kind kind) {
        assert(!place_kinds[kind].in_home);
        return place_kinds[kind].path;
}

/* The part of a path after the driver home in the graphroot; NULL if the path is not there. */
static const char *behind_home(const struct cstorage_store *store, const char *path) {
        const char *const parts[] = {store->roots[ROOT_GRAPH].path, "/", store->driver->name, "/"};

        for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
                if (!has_prefix(path, parts[i]))
                        return NULL;
                path += strlen(parts[i]);
        }
        return path;
}

int store_dir_link_target(const struct store_dir *place, const char *target,
                          char ret_id[static ID_LENGTH + 1]) {
        const char *path = place->root == ROOT_IMAGE ? behind_home(place->store, target) : NULL;

        return path ? name_diff_path(path, ret_id) : name_link_target(target, ret_id);
}
