/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Podman's databases, compared with the configuration. */

#include "podman/check.h"

#include <string.h>

#include "podman/databases.h"
#include "podman/userdata.h"
#include "util/log.h"

static bool same_driver(const char *a, const char *b) {
        return strcmp(strcmp(a, "overlay2") == 0 ? "overlay" : a, b) == 0;
}

static int contradict(const struct podman_database *db, const char *what, const char *theirs,
                      const char *ours, const char *option, struct error *reterr) {
        return error_set(reterr, -EREMCHG,
                         "%s says that the %s is %s, and podman goes by it; here it is %s: say which with %s",
                         db->path, what, theirs, ours, option);
}

/* An option takes precedence, as in podman. */
static int compare(const struct podman_database *db, const struct options *options,
                   const struct cstorage_store *store, struct error *reterr) {
        const char *graphroot = cstorage_store_get_graphroot(store),
                   *runroot = cstorage_store_get_runroot(store), *driver = cstorage_store_get_driver(store);

        if (!options->root && db->graphroot && !podman_is_same_path(db->graphroot, graphroot))
                return contradict(db, "graphroot", db->graphroot, graphroot, "--root", reterr);
        if (!options->runroot && db->runroot && !podman_is_same_path(db->runroot, runroot))
                return contradict(db, "runroot", db->runroot, runroot, "--runroot", reterr);
        if (!options->driver && db->driver && !same_driver(db->driver, driver))
                return contradict(db, "driver", db->driver, driver, "--storage-driver", reterr);
        return 0;
}

/* A database outside of the store may be of another store: --root selects the store, not the directory of
 * the database. */
static bool is_of_another_store(const struct podman_databases_entry *entry, const struct options *options,
                                const struct cstorage_store *store) {
        const char *graphroot = entry->db.graphroot;

        if (entry->place == PODMAN_DATABASE_IN_STORE ||
            (entry->place == PODMAN_DATABASE_STATIC && !options->root))
                return false;
        return graphroot && !podman_is_same_path(graphroot, cstorage_store_get_graphroot(store));
}

static int refuse_unknown(const struct podman_database *db, struct error *reterr) {
        return error_set(reterr, -EREMCHG,
                         "cannot read podman's database %s: %s. Name podman's runroot with --runroot",
                         db->path, db->error.text);
}

/* Print the warning once, even if a run scans several times. */
static int check_damaged(const struct podman_database *db, const struct cstorage_store *store,
                         struct error *reterr) {
        const char *runroot = cstorage_store_get_runroot(store);
        _cleanup_free_ char *other = NULL;
        static bool warned;
        int r;

        r = podman_userdata_runroot(store, &other, reterr);
        if (r < 0)
                return r;
        if (r > 0)
                return error_set(reterr, -EREMCHG,
                                 "cannot read podman's database %s: %s, and a container uses the runroot %s, "
                                 "not %s. Name the right one with --runroot",
                                 db->path, db->error.text, other, runroot);
        if (!warned)
                log_notice("warning: cannot read podman's database %s: %s. Podman cannot read it either, so "
                           "this run uses the runroot %s. Restore the file, or confirm the runroot with "
                           "--runroot=%s",
                           db->path, db->error.text, runroot, runroot);
        warned = true;
        return 0;
}

static int check_one(const struct podman_databases_entry *entry, const struct options *options,
                     const struct cstorage_store *store, struct error *reterr) {
        switch (entry->db.state) {
        case PODMAN_DATABASE_READ:
        case PODMAN_DATABASE_FOUND:
                return is_of_another_store(entry, options, store)
                               ? 0
                               : compare(&entry->db, options, store, reterr);
        case PODMAN_DATABASE_DAMAGED:
                return options->runroot ? 0 : check_damaged(&entry->db, store, reterr);
        case PODMAN_DATABASE_UNKNOWN:
                return options->runroot ? 0 : refuse_unknown(&entry->db, reterr);
        }
        return -EINVAL;
}

static bool is_all_said(const struct options *options) {
        return options->root && options->runroot && options->driver;
}

int podman_check(const struct options *options, const struct cstorage_store *store, struct error *reterr) {
        _cleanup_podman_databases_ struct podman_databases dbs = PODMAN_DATABASES_INIT;
        int r;

        if (is_all_said(options))
                return 0;
        r = podman_databases_read(&dbs, cstorage_store_get_graphroot(store),
                                  cstorage_store_get_runroot(store), reterr);
        if (r < 0)
                return r == -ENOMEM || !options->runroot ? r : 0;
        for (size_t i = 0; i < dbs.n && r >= 0; i++)
                r = check_one(&dbs.entries[i], options, store, reterr);
        return r;
}
