/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Directories of objects outside of the driver home. */

#include <stdio.h>
#include <string.h>

#include "base/fd.h"
#include "base/owner.h"
#include "disk/paths.h"
#include "snapshot/object-dirs.h"

#define OBJECT_DIR_MODE 0700

static const struct {
        const char *name;
        enum path dir;
} objects[] = {
        [CSTORAGE_OBJECT_LAYER] = {"layer", PATH_LAYERS_DIR},
        [CSTORAGE_OBJECT_IMAGE] = {"image", PATH_IMAGES_DIR},
        [CSTORAGE_OBJECT_CONTAINER] = {"container", PATH_CONTAINERS_DIR},
};

const char *object_name(enum cstorage_object object) {
        return (unsigned) object < ARRAY_SIZE(objects) ? objects[object].name : NULL;
}

enum root object_root(enum cstorage_object object, const struct cstorage_record_file *file) {
        return object == CSTORAGE_OBJECT_IMAGE && file->location == CSTORAGE_LOCATION_IMAGESTORE ? ROOT_IMAGE
                                                                                                 : ROOT_GRAPH;
}

char *object_dir(const struct cstorage_store *store, enum cstorage_object object, const char *id) {
        char kind[PATH_LENGTH_MAX], *path;

        path_of(objects[object].dir, store->driver->name, kind);
        return asprintf(&path, "%s/%s", kind, id) < 0 ? NULL : path;
}

int object_userdata_path(const struct cstorage_store *store, enum cstorage_object object, enum root root,
                         const char *id, char **ret) {
        _cleanup_free_ char *dir = object_dir(store, object, id);
        char *path;

        if (!dir || asprintf(&path, "%s/%s/" USERDATA_DIR, store->roots[root].path, dir) < 0)
                return -ENOMEM;
        *ret = path;
        return 0;
}

static int make_dir(int fd, const char *name) {
        return owned_mkdirat(fd, name, OBJECT_DIR_MODE) < 0 && errno != EEXIST ? negative_errno() : 0;
}

static int make_object_dir(const struct cstorage_store *store, enum cstorage_object object, int root_fd,
                           const char *dir) {
        char kind[PATH_LENGTH_MAX];
        int r;

        r = make_dir(root_fd, path_of(objects[object].dir, store->driver->name, kind));
        if (r < 0)
                return r;
        r = make_dir(root_fd, dir);
        return r < 0 ? r : open_dir_beneath(root_fd, dir);
}

int object_open_dir(const struct cstorage_store *store, enum cstorage_object object, enum root root,
                    const char *id, struct error *reterr) {
        _cleanup_free_ char *dir = object_dir(store, object, id);
        const struct store_root *in = &store->roots[root];
        int r;

        if (!dir)
                return -ENOMEM;

        r = open_dir_beneath(in->fd, dir);
        if (r == -ENOENT)
                r = make_object_dir(store, object, in->fd, dir);
        if (r < 0)
                return error_errno(reterr, r, "cannot make %s/%s", in->path, dir);
        return r;
}

/* store.go:load, layers.go:newLayerStore, containers.go:newContainerStore, images.go:newImageStore */
static const struct {
        enum root root;
        enum path path;
} all_dirs[] = {
        {ROOT_GRAPH, PATH_LAYERS_DIR},   {ROOT_GRAPH, PATH_IMAGES_DIR}, {ROOT_GRAPH, PATH_CONTAINERS_DIR},
        {ROOT_IMAGE, PATH_LAYERS_DIR},   {ROOT_IMAGE, PATH_IMAGES_DIR}, {ROOT_RUN, PATH_LAYERS_DIR},
        {ROOT_RUN, PATH_CONTAINERS_DIR},
};

static int require_root(const struct store_root *root, struct error *reterr) {
        if (root->path && root->fd < 0)
                return error_set(reterr, root->error,
                                 "%s could not be opened, and must be there for what is changed", root->path);
        return 0;
}

int object_dirs_make_all(const struct cstorage_store *store, struct error *reterr) {
        char name[PATH_LENGTH_MAX];
        int r;

        for (enum root i = ROOT_GRAPH; i < ROOT_COUNT; i++) {
                r = require_root(&store->roots[i], reterr);
                if (r < 0)
                        return r;
        }
        for (size_t i = 0; i < ARRAY_SIZE(all_dirs); i++) {
                const struct store_root *root = &store->roots[all_dirs[i].root];

                if (root->fd < 0)
                        continue;
                r = make_dir(root->fd, path_of(all_dirs[i].path, store->driver->name, name));
                if (r < 0)
                        return error_errno(reterr, r, "cannot make %s/%s", root->path, name);
        }
        return 0;
}
