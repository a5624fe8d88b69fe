/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Find podman's databases (libpod/sqlite_state_internal.go:sqliteStatePath,
 * libpod/runtime_migrate.go:getBoltDBPath). */

#include "podman/databases.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "podman/conf.h"

#define SQLITE_NAME "db.sql"
#define BOLT_NAME   "bolt_state.db"

/* The default of static_dir, below the graphroot; tmp_dir of root, and below $XDG_RUNTIME_DIR for
 * unprivileged users. */
#define STATIC_DIR    "libpod/"
#define TMP_DIR       "/run/libpod"
#define TMP_DIR_USERS "libpod/tmp"

void podman_databases_done(struct podman_databases *dbs) {
        for (size_t i = 0; i < dbs->n; i++)
                podman_database_done(&dbs->entries[i].db);
        free(dbs->entries);
        *dbs = PODMAN_DATABASES_INIT;
}

/* -------------------------------------------------------------------------------------------- directories */

/* Resolve links in the existing part of the path: a runroot does not exist before the first container of a
 * boot. */
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

/* Also true if one is a bind mount of the other. */
static bool same_directory(const char *a, const char *b) {
        struct stat x, y;

        return stat(a, &x) >= 0 && stat(b, &y) >= 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

bool podman_is_same_path(const char *a, const char *b) {
        _cleanup_free_ char *x = NULL, *y = NULL;

        if (strcmp(a, b) == 0 || same_directory(a, b))
                return true;
        x = resolve(a);
        y = resolve(b);
        return x && y && strcmp(x, y) == 0;
}

/* ------------------------------------------------------------------------------------------------ reading */

static int add(struct podman_databases *dbs, enum podman_database_place place, const char *directory,
               const char *name, enum podman_database_kind kind) {
        _cleanup_podman_database_ struct podman_database db = PODMAN_DATABASE_INIT;
        _cleanup_free_ char *path = NULL;
        int r;

        if (!directory)
                return 0;
        if (asprintf(&path, "%s/%s", directory, name) < 0)
                return -ENOMEM;
        r = podman_database_read(path, kind, &db);
        if (r <= 0)
                return r;
        r = ARRAY_RESERVE(dbs->entries, dbs->cap, dbs->n + 1);
        if (r < 0)
                return r;
        dbs->entries[dbs->n++] = (struct podman_databases_entry){place, db};
        db = PODMAN_DATABASE_INIT;
        return 0;
}

static int add_store(struct podman_databases *dbs, const char *graphroot, const char *runroot) {
        int r = add(dbs, PODMAN_DATABASE_IN_STORE, graphroot, SQLITE_NAME, PODMAN_DATABASE_SQLITE);

        if (r >= 0)
                r = add(dbs, PODMAN_DATABASE_IN_STORE, runroot, SQLITE_NAME, PODMAN_DATABASE_SQLITE);
        if (r >= 0)
                r = add(dbs, PODMAN_DATABASE_IN_STORE, graphroot, STATIC_DIR BOLT_NAME, PODMAN_DATABASE_BOLT);
        return r;
}

static int add_static(struct podman_databases *dbs, const struct strlist *directories) {
        int r = 0;

        for (size_t i = 0; i < directories->n && r >= 0; i++) {
                r = add(dbs, PODMAN_DATABASE_STATIC, directories->s[i], SQLITE_NAME, PODMAN_DATABASE_SQLITE);
                if (r >= 0)
                        r = add(dbs, PODMAN_DATABASE_STATIC, directories->s[i], BOLT_NAME,
                                PODMAN_DATABASE_BOLT);
        }
        return r;
}

/* An unprivileged user cannot read root's directory. */
static int add_default_tmp(struct podman_databases *dbs) {
        const char *runtime = secure_getenv("XDG_RUNTIME_DIR");

        if (podman_uid() == 0)
                return add(dbs, PODMAN_DATABASE_TMP, TMP_DIR, BOLT_NAME, PODMAN_DATABASE_BOLT);
        if (!runtime || !*runtime)
                return 0;
        return add(dbs, PODMAN_DATABASE_TMP, runtime, TMP_DIR_USERS "/" BOLT_NAME, PODMAN_DATABASE_BOLT);
}

static int add_tmp(struct podman_databases *dbs, const struct strlist *directories) {
        int r = add_default_tmp(dbs);

        for (size_t i = 0; i < directories->n && r >= 0; i++)
                r = add(dbs, PODMAN_DATABASE_TMP, directories->s[i], BOLT_NAME, PODMAN_DATABASE_BOLT);
        return r;
}

int podman_databases_read(struct podman_databases *dbs, const char *graphroot, const char *runroot,
                          struct error *reterr) {
        _cleanup_podman_conf_ struct podman_conf conf = PODMAN_CONF_INIT;
        int r = podman_conf_read(&conf, reterr);

        if (r < 0)
                return r;
        r = add_store(dbs, graphroot, runroot);
        if (r >= 0)
                r = add_static(dbs, &conf.static_dirs);
        if (r >= 0)
                r = add_tmp(dbs, &conf.tmp_dirs);
        return r < 0 ? error_errno(reterr, r, "cannot read podman's databases") : 0;
}

int podman_runroots(struct strlist *ret, const char *graphroot, const char *runroot, struct error *reterr) {
        _cleanup_podman_databases_ struct podman_databases dbs = PODMAN_DATABASES_INIT;
        int r = podman_databases_read(&dbs, graphroot, runroot, reterr);

        for (size_t i = 0; i < dbs.n && r >= 0; i++) {
                const struct podman_database *db = &dbs.entries[i].db;

                if (db->state > PODMAN_DATABASE_FOUND || !db->runroot ||
                    (db->graphroot && !podman_is_same_path(db->graphroot, graphroot)))
                        continue;
                r = strlist_add(ret, db->runroot);
        }
        return r;
}
