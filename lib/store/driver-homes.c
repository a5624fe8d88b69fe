/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening the driver homes of a store and of its additional image stores, and reading its mount options. */

#include <string.h>

#include "base/fd.h"
#include "config/conf-option.h"
#include "store/driver-homes.h"

#define OWN_HOMES 2U

void driver_homes_done(struct driver_homes *homes) {
        for (size_t i = 0; i < homes->homes.n; i++)
                close_fd(homes->fds[i]);
        free(homes->fds);
        *homes = DRIVER_HOMES_INIT;
}

static int open_home(const struct cstorage_store *store, const struct store_root *root) {
        return root->fd < 0 ? -ENOENT : open_dir_beneath(root->fd, store->driver->name);
}

static int add_own(const struct cstorage_store *store, enum root which, struct driver_homes *homes,
                   struct error *reterr) {
        const struct store_root *root = &store->roots[which];
        int fd = open_home(store, root);

        if (fd < 0 && fd != -ENOENT)
                return error_errno(reterr, fd, "cannot open %s/%s", root->path, store->driver->name);

        homes->fds[homes->homes.n++] = fd < 0 ? -1 : fd;
        return 0;
}

/*
 * A home in an additional image store that cannot be opened is -1: only an operation that needs one of its
 * layers fails.
 */
static void add_additional(const struct cstorage_store *store, struct driver_homes *homes) {
        for (size_t i = 0; i < store->n_additional; i++) {
                int fd = open_home(store, &store->additional[i]);

                homes->fds[homes->homes.n++] = fd < 0 ? -1 : fd;
        }
}

int driver_homes_open(const struct cstorage_store *store, struct driver_homes *ret, struct error *reterr) {
        _cleanup_driver_homes_ struct driver_homes homes = DRIVER_HOMES_INIT;
        int r;

        homes.fds = calloc(OWN_HOMES + store->n_additional, sizeof(*homes.fds));
        if (!homes.fds)
                return -ENOMEM;

        r = add_own(store, ROOT_GRAPH, &homes, reterr);
        if (r >= 0)
                r = add_own(store, ROOT_IMAGE, &homes, reterr);
        if (r < 0)
                return r;
        add_additional(store, &homes);

        *ret = homes;
        ret->homes.fds = ret->fds;
        ret->homes.runroot_fd = store->roots[ROOT_RUN].fd;
        ret->homes.mount_options = store->mount_options;
        ret->homes.shares_mounts = store->shares_mounts;
        homes = DRIVER_HOMES_INIT;
        return 0;
}

/* ------------------------------------------------------------------------------------------ options */

/* If an option is set several times, the last value counts. */
static int read_option(const struct cstorage_store *store, const char *option, const char *key,
                       char **value) {
        char *new = NULL;
        int r;

        r = conf_option_value(option, store->driver->name, key, &new);
        if (r < 0)
                return r == -ENOENT ? 0 : r;
        free(*value);
        *value = new;
        return 0;
}

/* The values that Go's strconv.ParseBool accepts as true. */
static bool is_true(const char *text) {
        static const char *const words[] = {"1", "t", "T", "true", "TRUE", "True"};

        for (size_t i = 0; text && i < ARRAY_SIZE(words); i++)
                if (strcmp(text, words[i]) == 0)
                        return true;
        return false;
}

int store_read_options(struct cstorage_store *store, const struct cstorage_config *config) {
        _cleanup_free_ char *skip_mount_home = NULL;
        const char *option;
        int r = 0;

        for (size_t i = 0; (option = cstorage_config_get_option(config, i)) && r >= 0; i++) {
                r = read_option(store, option, "mountopt", &store->mount_options);
                if (r >= 0)
                        r = read_option(store, option, "skip_mount_home", &skip_mount_home);
        }
        store->shares_mounts = is_true(skip_mount_home);
        return r;
}
