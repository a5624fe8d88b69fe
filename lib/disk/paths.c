/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file names of the format. They have never changed since the first release. */

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "disk/paths.h"
#include "format/name.h"

static const struct {
        const char *dir;  /* behind "<driver>-" */
        const char *name; /* NULL: the directory itself */
} paths[PATH_COUNT] = {
        [PATH_LAYERS_DIR] = {"layers", NULL},
        [PATH_LAYERS_JSON] = {"layers", "layers.json"},
        [PATH_LAYERS_VOLATILE_JSON] = {"layers", "volatile-layers.json"},
        [PATH_LAYERS_LOCK] = {"layers", "layers.lock"},
        [PATH_LAYERS_TEMP] = {"layers", "tmp"},
        [PATH_MOUNTS_JSON] = {"layers", "mountpoints.json"},
        [PATH_MOUNTS_LOCK] = {"layers", "mountpoints.lock"},
        [PATH_IMAGES_DIR] = {"images", NULL},
        [PATH_IMAGES_JSON] = {"images", "images.json"},
        [PATH_IMAGES_LOCK] = {"images", "images.lock"},
        [PATH_CONTAINERS_DIR] = {"containers", NULL},
        [PATH_CONTAINERS_JSON] = {"containers", "containers.json"},
        [PATH_CONTAINERS_VOLATILE_JSON] = {"containers", "volatile-containers.json"},
        [PATH_CONTAINERS_LOCK] = {"containers", "containers.lock"},
};

const char *path_of(enum path path, const char *driver, char buffer[static PATH_LENGTH_MAX]) {
        const char *dir = paths[path].dir, *name = paths[path].name;
        int n;

        if (name)
                n = snprintf(buffer, PATH_LENGTH_MAX, "%s-%s/%s", driver, dir, name);
        else
                n = snprintf(buffer, PATH_LENGTH_MAX, "%s-%s", driver, dir);
        assert(n > 0 && n < (int) PATH_LENGTH_MAX);
        return buffer;
}

const char *path_name(enum path path) {
        return paths[path].name ? paths[path].name : "";
}

static bool is_record_file_of(enum path path, enum path dir) {
        return paths[path].name && strcmp(paths[path].dir, paths[dir].dir) == 0 &&
               has_suffix(paths[path].name, ".json");
}

bool path_is_volatile_file(enum path dir, const char *name) {
        static const enum path files[] = {PATH_LAYERS_VOLATILE_JSON, PATH_CONTAINERS_VOLATILE_JSON};

        for (size_t i = 0; i < ARRAY_SIZE(files); i++)
                if (is_record_file_of(files[i], dir) && strcmp(name, paths[files[i]].name) == 0)
                        return true;
        return false;
}

bool path_is_save_leftover(enum path dir, const char *name) {
        if (!has_prefix(name, LEFTOVER_PREFIX))
                return false;

        name += strlen(LEFTOVER_PREFIX);
        for (enum path path = 0; path < PATH_COUNT; path++)
                if (is_record_file_of(path, dir) && name_number_after(name, paths[path].name))
                        return true;
        return false;
}
