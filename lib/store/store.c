/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An open store: descriptors of its directories, and its driver. Opening a store creates nothing and locks
 * nothing.
 */

#include <fcntl.h>
#include <string.h>

#include "base/array.h"
#include "base/fd.h"
#include "disk/paths.h"
#include "driver/registry.h"
#include "store/driver-homes.h"

static void root_done(struct store_root *root) {
        free(root->path);
        close_fd(root->fd);
        close_fd(root->home_fd);
        *root = STORE_ROOT_INIT;
}

static struct cstorage_store *store_free(struct cstorage_store *store) {
        for (size_t i = 0; i < ROOT_COUNT; i++)
                root_done(&store->roots[i]);
        for (size_t i = 0; i < store->n_additional; i++)
                root_done(&store->additional[i]);
        free(store->additional);
        free(store->mount_options);
        free(store);
        return NULL;
}

_public_ struct cstorage_store *cstorage_store_ref(struct cstorage_store *store) {
        if (store)
                __atomic_add_fetch(&store->refs, 1, __ATOMIC_RELAXED);
        return store;
}

_public_ struct cstorage_store *cstorage_store_unref(struct cstorage_store *store) {
        if (store && __atomic_sub_fetch(&store->refs, 1, __ATOMIC_ACQ_REL) == 0)
                return store_free(store);
        return NULL;
}

/* Paths of a store are compared as the kernel resolves them. Without /proc they cannot be resolved. */
static int unresolved(const char *path, int code, struct error *reterr) {
        if (code == -ENOSYS)
                return error_set(reterr, code,
                                 "cannot resolve %s: /proc is not mounted. Mount it and run this again",
                                 path);
        return error_errno(reterr, code, "cannot resolve %s", path);
}

/* Open a configured path; follows symbolic links, which belong to the administrator. */
static int root_open(struct store_root *root, const char *path, struct error *reterr) {
        int r;

        root->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (root->fd >= 0) {
                r = fd_path(root->fd, &root->path);
                return r < 0 ? unresolved(path, r, reterr) : 0;
        }

        root->error = negative_errno();
        root->path = strdup(path);
        return root->path ? 0 : -ENOMEM;
}

static int open_graphroot(struct cstorage_store *store, const char *path, struct error *reterr) {
        struct store_root *root = &store->roots[ROOT_GRAPH];
        int r;

        if (!path)
                return error_set(reterr, -EINVAL,
                                 "no graphroot is set: use --root, or set it in storage.conf");

        r = root_open(root, path, reterr);
        if (r < 0)
                return r;
        if (root->error == -ENOENT)
                return error_set(reterr, -ENOENT,
                                 "the graphroot %s does not exist. If it lies on a file system that is not "
                                 "mounted, mount it and run this again",
                                 path);
        if (root->error < 0)
                return error_errno(reterr, root->error, "cannot open the graphroot %s", path);
        return 0;
}

static void open_home(struct cstorage_store *store, enum root which) {
        struct store_root *root = &store->roots[which];
        int fd = root->fd < 0 ? -ENOENT : open_dir_beneath(root->fd, store->driver->name);

        root->home_fd = fd < 0 ? -1 : fd;
        root->home_error = fd < 0 ? fd : 0;
}

static int open_runroot(struct cstorage_store *store, const char *path, struct error *reterr) {
        return root_open(&store->roots[ROOT_RUN], path, reterr);
}

/* An image store that is the graphroot is ignored (types/options.go:LoadStoreOptions refuses it). */
static int open_imagestore(struct cstorage_store *store, const char *path, struct error *reterr) {
        struct store_root *root = &store->roots[ROOT_IMAGE];
        int r;

        if (!path)
                return 0;

        r = root_open(root, path, reterr);
        if (r < 0)
                return r;
        if (strcmp(root->path, store->roots[ROOT_GRAPH].path) == 0)
                root_done(root);
        return 0;
}

static int add_additional(struct cstorage_store *store, const char *path, struct error *reterr) {
        struct store_root root = STORE_ROOT_INIT;
        int r;

        r = ARRAY_RESERVE(store->additional, store->cap_additional, store->n_additional + 1);
        if (r < 0)
                return r;

        r = root_open(&root, path, reterr);
        if (r < 0) {
                root_done(&root);
                return r;
        }
        store->additional[store->n_additional++] = root;
        return 0;
}

/* Go, too, opens a path that is the graphroot or the image store for writing (store.go:load). */
static bool is_own_root(const struct cstorage_store *store, const struct store_root *root) {
        for (enum root i = ROOT_GRAPH; i <= ROOT_IMAGE; i++)
                if (store->roots[i].path && strcmp(store->roots[i].path, root->path) == 0)
                        return true;
        return false;
}

static int open_additional(struct cstorage_store *store, const struct cstorage_config *config,
                           struct error *reterr) {
        const char *path;
        int r;

        for (size_t i = 0; (path = cstorage_config_get_additional_image_store(config, i)); i++) {
                r = add_additional(store, path, reterr);
                if (r < 0)
                        return r;
                if (is_own_root(store, &store->additional[store->n_additional - 1]))
                        root_done(&store->additional[--store->n_additional]);
        }
        return 0;
}

/* True also for a link, or if the directory cannot be opened: the operation that needs its contents fails. */
static bool is_there(int graphroot_fd, const char *name) {
        _cleanup_close_ int fd = open_beneath(graphroot_fd, name, O_PATH | O_DIRECTORY);

        return fd != -ENOENT;
}

/* Find the driver by its record files: its driver home may be on a file system that is not mounted. */
static const char *driver_of_records(int graphroot_fd) {
        char layers[PATH_LENGTH_MAX];

        for (size_t i = 0; driver_go_names[i]; i++)
                if (is_there(graphroot_fd, path_of(PATH_LAYERS_DIR, driver_go_names[i], layers)))
                        return driver_go_names[i];
        return NULL;
}

/*
 * Find the driver by its driver home, in order of priority (drivers/driver.go:New and ScanPriorDrivers).
 * Unless priorities are configured, Go skips vfs there and makes a new store of another driver; this library
 * takes the only store that exists.
 */
const char *store_driver_name(int graphroot_fd, const struct cstorage_config *config) {
        const char *name = cstorage_config_get_driver(config);

        if (name)
                return name;
        for (size_t i = 0; (name = cstorage_config_get_driver_priority(config, i)); i++)
                if (is_there(graphroot_fd, name))
                        return name;
        for (size_t i = 0; (name = driver_go_names[i]); i++)
                if (is_there(graphroot_fd, name))
                        return name;
        return driver_of_records(graphroot_fd);
}

static int find_driver(struct cstorage_store *store, const struct cstorage_config *config,
                       struct error *reterr) {
        const struct store_root *graph = &store->roots[ROOT_GRAPH];
        const char *name = store_driver_name(graph->fd, config);
        struct error why;
        int r;

        if (!name)
                return error_set(reterr, -ENOENT, "%s holds no store", graph->path);

        store->driver = driver_find(name);
        if (store->driver)
                return 0;

        r = driver_unknown(name, &why);
        return error_set(reterr, r, "%s: %s", graph->path, why.text);
}

static int require_store(const struct cstorage_store *store, struct error *reterr) {
        const struct store_root *graph = &store->roots[ROOT_GRAPH];
        char layers[PATH_LENGTH_MAX];

        path_of(PATH_LAYERS_DIR, store->driver->name, layers);
        if (is_there(graph->fd, store->driver->name) || is_there(graph->fd, layers))
                return 0;
        return error_set(reterr, -ENOENT, "%s holds no store of the driver \"%s\"", graph->path,
                         store->driver->name);
}

static int store_fill(struct cstorage_store *store, const struct cstorage_config *config,
                      struct error *reterr) {
        int r;

        r = open_graphroot(store, cstorage_config_get_graphroot(config), reterr);
        if (r < 0)
                return r;

        r = find_driver(store, config, reterr);
        if (r < 0)
                return r;

        r = require_store(store, reterr);
        if (r < 0)
                return r;

        r = open_runroot(store, cstorage_config_get_runroot(config), reterr);
        if (r < 0)
                return r;

        r = open_imagestore(store, cstorage_config_get_imagestore(config), reterr);
        if (r < 0)
                return r;

        open_home(store, ROOT_GRAPH);
        open_home(store, ROOT_IMAGE);
        r = store_read_options(store, config);
        return r < 0 ? r : open_additional(store, config, reterr);
}

static bool root_is_current(const struct store_root *root) {
        struct identity ours, theirs;
        int r;

        if (!root->path || (root->fd < 0 && root->error != -ENOENT))
                return true;

        r = identity_of_path(root->path, &theirs);
        if (r < 0)
                return root->fd < 0 && r == -ENOENT;
        return root->fd >= 0 && identity_at(root->fd, "", &ours) >= 0 && identity_same_file(&ours, &theirs);
}

int store_check_roots(const struct cstorage_store *store, struct error *reterr) {
        for (enum root i = ROOT_GRAPH; i < ROOT_COUNT; i++)
                if (!root_is_current(&store->roots[i]))
                        return error_set(reterr, -ESTALE,
                                         "%s is no longer what it was when the store was opened; try again",
                                         store->roots[i].path);
        return 0;
}

int store_open(const struct cstorage_config *config, struct cstorage_store **ret, struct error *reterr) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = NULL;
        int r;

        if (!config || !ret)
                return -EINVAL;
        if (!cstorage_config_get_runroot(config))
                return error_set(reterr, -EINVAL,
                                 "no runroot is set: say --runroot or set it in storage.conf");

        store = calloc(1, sizeof(*store));
        if (!store)
                return -ENOMEM;
        store->refs = 1;
        store->transient = cstorage_config_get_transient(config);
        for (size_t i = 0; i < ROOT_COUNT; i++)
                store->roots[i] = STORE_ROOT_INIT;

        r = store_fill(store, config, reterr);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(store);
        return 0;
}

_public_ int cstorage_store_open(const struct cstorage_config *config, struct cstorage_store **ret,
                                 struct cstorage_error *reterr) {
        return error_end(reterr, store_open(config, ret, error_begin(reterr)), "cannot open the store");
}

_public_ const char *cstorage_store_get_graphroot(const struct cstorage_store *store) {
        return store->roots[ROOT_GRAPH].path;
}

_public_ const char *cstorage_store_get_runroot(const struct cstorage_store *store) {
        return store->roots[ROOT_RUN].path;
}

_public_ const char *cstorage_store_get_imagestore(const struct cstorage_store *store) {
        return store->roots[ROOT_IMAGE].path;
}

_public_ const char *cstorage_store_get_driver(const struct cstorage_store *store) {
        return store->driver->name;
}

_public_ bool cstorage_store_is_transient(const struct cstorage_store *store) {
        return store->transient;
}
