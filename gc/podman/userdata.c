/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The runroot in the config.json of a store's containers. */

#include "podman/userdata.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/dir.h"
#include "base/fd.h"
#include "podman/database-search.h"
#include "podman/databases.h"

/* podman's largest files have some 100 KB. The first few of a thousand containers are enough. */
#define CONFIG_MAX     (4U * 1024 * 1024)
#define CONTAINERS_MAX 1000U

/* Take a path from the text, unless it is one of the two roots. */
static int take_other(const struct cstorage_store *store, const struct podman_text *path, char **ret) {
        _cleanup_free_ char *copy = strndup(path->s, path->len);

        if (!copy)
                return -ENOMEM;
        if (podman_is_same_path(copy, cstorage_store_get_runroot(store)) ||
            podman_is_same_path(copy, cstorage_store_get_graphroot(store)))
                return 0;
        *ret = TAKE_PTR(copy);
        return 1;
}

static int search_config(const struct cstorage_store *store, int dirfd, const char *name, char **ret) {
        _cleanup_free_ char *path = NULL, *text = NULL;
        struct podman_text found;
        const char *at;
        size_t len;
        int r = 0;

        if (asprintf(&path, "%s/userdata/config.json", name) < 0)
                return -ENOMEM;
        if (read_file_at(dirfd, path, CONFIG_MAX, &text, &len, NULL) < 0)
                return 0;
        at = text;
        while (r == 0 && (at = podman_search_userdata(at, text + len, &found)))
                r = take_other(store, &found, ret);
        return r;
}

static int search_containers(const struct cstorage_store *store, int fd, char **ret) {
        _cleanup_dir_list_ struct dir_list list = DIR_LIST_INIT;
        int r = dir_list_read(&list, fd);

        for (size_t i = 0; i < list.n && i < CONTAINERS_MAX && r == 0; i++)
                r = search_config(store, fd, list.entries[i].name, ret);
        return r;
}

int podman_userdata_runroot(const struct cstorage_store *store, char **ret, struct error *reterr) {
        _cleanup_free_ char *path = NULL;
        _cleanup_close_ int fd = -1;
        int r;

        if (asprintf(&path, "%s/%s-containers", cstorage_store_get_graphroot(store),
                     cstorage_store_get_driver(store)) < 0)
                return error_errno(reterr, -ENOMEM, "cannot read the containers of the store");
        fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0 && errno == ENOENT)
                return 0;
        r = fd < 0 ? negative_errno() : search_containers(store, fd, ret);
        return r < 0 ? error_errno(reterr, r, "cannot read %s", path) : r;
}
