/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making the directories of a store. Directories below these are made later, while the locks are held. */

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/owner.h"
#include "driver/registry.h"
#include "store/store.h"

#define ROOT_MODE 0700

#define DRIVER_DEFAULT "overlay" /* the first in the priority list of Go */

/* mkdir -p; follows symbolic links, which belong to the administrator. */
static int make_path(const char *path, struct error *reterr) {
        _cleanup_free_ char *part = strdup(path);

        if (!part)
                return -ENOMEM;
        for (char *end = part; end;) {
                end = strchr(end + 1, '/');
                if (end)
                        *end = '\0';
                if (mkdir(part, ROOT_MODE) < 0 && errno != EEXIST)
                        return error_errno(reterr, negative_errno(), "cannot make %s", part);
                if (end)
                        *end = '/';
        }
        return 0;
}

/* Find the driver as when a store is opened. If there is no store, it is the default. */
static int choose_driver(const struct cstorage_config *config, const char **ret, struct error *reterr) {
        const char *name = cstorage_config_get_driver(config);
        struct cstorage_store *store = NULL;
        int r;

        *ret = name;
        if (name)
                return 0;

        r = store_open(config, &store, reterr);
        if (r == -ENOENT) {
                *ret = DRIVER_DEFAULT;
                return 0;
        }
        if (r < 0)
                return r;

        *ret = store->driver->name;
        cstorage_store_unref(store);
        return 0;
}

/* The driver home in an image store is private, whatever the driver's mode is (store.go:load). */
static int make_home(const struct driver *driver, enum root root, const char *path, struct error *reterr) {
        _cleanup_close_ int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), home_fd = -1;

        if (fd < 0)
                return error_errno(reterr, negative_errno(), "cannot open %s", path);
        if (root == ROOT_IMAGE && owned_mkdirat(fd, driver->name, ROOT_MODE) < 0 && errno != EEXIST)
                return error_errno(reterr, negative_errno(), "cannot make %s/%s", path, driver->name);
        home_fd = driver->make_home(fd, reterr);
        return home_fd < 0 ? home_fd : 0;
}

static int make_roots(const struct cstorage_config *config, const struct driver *driver,
                      struct error *reterr) {
        const char *const paths[] = {
                [ROOT_GRAPH] = cstorage_config_get_graphroot(config),
                [ROOT_IMAGE] = cstorage_config_get_imagestore(config),
                [ROOT_RUN] = cstorage_config_get_runroot(config),
        };

        for (enum root root = ROOT_GRAPH; root < ROOT_COUNT; root++) {
                int r;

                if (!paths[root])
                        continue;
                r = make_path(paths[root], reterr);
                if (r >= 0 && root != ROOT_RUN)
                        r = make_home(driver, root, paths[root], reterr);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Open a store of a driver for which this library makes no stores. */
static int open_others(const struct cstorage_config *config, const struct driver *driver,
                       struct cstorage_store **ret, struct error *reterr) {
        int r = store_open(config, ret, reterr);

        return r == -ENOENT ? driver_check_makes(driver, reterr) : r;
}

static int create_store(const struct cstorage_config *config, struct cstorage_store **ret,
                        struct error *reterr) {
        const struct driver *driver;
        const char *name;
        int r;

        if (!config || !ret)
                return -EINVAL;
        if (!cstorage_config_get_graphroot(config) || !cstorage_config_get_runroot(config))
                return store_open(config, ret, reterr); /* reports the missing setting */

        r = choose_driver(config, &name, reterr);
        if (r < 0)
                return r;

        driver = driver_find(name);
        if (!driver)
                return driver_unknown(name, reterr);

        if (!driver->make_home)
                return open_others(config, driver, ret, reterr);

        r = make_roots(config, driver, reterr);
        if (r < 0)
                return r;
        return store_open(config, ret, reterr);
}

_public_ int cstorage_store_create(const struct cstorage_config *config, struct cstorage_store **ret,
                                   struct cstorage_error *reterr) {
        return error_end(reterr, create_store(config, ret, error_begin(reterr)), "cannot make the store");
}
