/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What podman's own database says, against what the configuration does. */

#include "podman.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "podman-db.h"

/* What there is of it with links resolved: a runroot is not there before the first container of a boot. */
static char *resolve(const char *path) {
        _cleanup_free_ char *there = strdup(path);
        char *resolved = NULL, *whole = NULL, *slash;

        while (there && !(resolved = realpath(there, NULL)) && (slash = strrchr(there, '/')) && slash > there)
                *slash = '\0';
        if (!resolved)
                return strdup(path);
        if (asprintf(&whole, "%s%s", resolved, path + strlen(there)) < 0)
                whole = NULL;
        free(resolved);
        return whole;
}

/* Also where the one is mounted on the other. */
static bool same_directory(const char *a, const char *b) {
        struct stat x, y;

        return stat(a, &x) >= 0 && stat(b, &y) >= 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static bool same_place(const char *a, const char *b) {
        _cleanup_free_ char *x = NULL, *y = NULL;

        if (strcmp(a, b) == 0 || same_directory(a, b))
                return true;
        x = resolve(a);
        y = resolve(b);
        return x && y && strcmp(x, y) == 0;
}

static bool same_driver(const char *a, const char *b) {
        return strcmp(strcmp(a, "overlay2") == 0 ? "overlay" : a, b) == 0;
}

static int contradict(const struct podman_db *db, const char *what, const char *theirs, const char *ours,
                      const char *option, struct error *reterr) {
        return error_set(reterr, -EREMCHG,
                         "%s says that the %s is %s, and podman goes by it; here it is %s: say which with %s",
                         db->path, what, theirs, ours, option);
}

/* An option is right, as it is to podman. */
static int compare(const struct podman_db *db, const struct options *options,
                   const struct cstorage_store *store, struct error *reterr) {
        const char *graphroot = cstorage_store_get_graphroot(store),
                   *runroot = cstorage_store_get_runroot(store), *driver = cstorage_store_get_driver(store);

        if (!options->root && db->graphroot && !same_place(db->graphroot, graphroot))
                return contradict(db, "graphroot", db->graphroot, graphroot, "--root", reterr);
        if (!options->runroot && db->runroot && !same_place(db->runroot, runroot))
                return contradict(db, "runroot", db->runroot, runroot, "--runroot", reterr);
        if (!options->driver && db->driver && !same_driver(db->driver, driver))
                return contradict(db, "driver", db->driver, driver, "--storage-driver", reterr);
        return 0;
}

static int check_one(const struct options *options, const struct cstorage_store *store, const char *directory,
                     struct error *reterr) {
        _cleanup_podman_db_ struct podman_db db = PODMAN_DB_INIT;
        int r;

        r = podman_db_read(directory, &db, reterr);
        return r > 0 ? compare(&db, options, store, reterr) : r;
}

static bool is_all_said(const struct options *options) {
        return options->root && options->runroot && options->driver;
}

int podman_check(const struct options *options, const struct cstorage_store *store, struct error *reterr) {
        int r;

        if (is_all_said(options))
                return 0;
        r = check_one(options, store, cstorage_store_get_graphroot(store), reterr);
        return r < 0 ? r : check_one(options, store, cstorage_store_get_runroot(store), reterr);
}
