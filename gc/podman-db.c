/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Podman's database, of which one row is of interest. */

#include "podman-db.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/fd.h"

/* libpod/sqlite_state.go:sqliteDbFilename */
#define DB_NAME "db.sql"

void podman_db_done(struct podman_db *db) {
        free(db->path);
        free(db->graphroot);
        free(db->runroot);
        free(db->driver);
        *db = PODMAN_DB_INIT;
}

#ifdef HAVE_SQLITE

#include <sqlite3.h>

#include "base/library.h"

/* With ten thousand containers it is a quarter of this; it is read into memory. */
#define DB_SIZE_MAX (256U * 1024 * 1024)

/* Loaded where something may have to go. */
#define LIBSQLITE3_NAME "libsqlite3.so.0"
LIBRARY_NOTE(libsqlite3, LIBSQLITE3_NAME, "podman", "what the database of podman says of the store",
             "required");

#define LIBSQLITE3_FUNCTIONS(F)                                                                              \
        F(sqlite3_close)                                                                                     \
        F(sqlite3_column_text)                                                                               \
        F(sqlite3_deserialize)                                                                               \
        F(sqlite3_errmsg)                                                                                    \
        F(sqlite3_finalize)                                                                                  \
        F(sqlite3_open_v2)                                                                                   \
        F(sqlite3_prepare_v2)                                                                                \
        F(sqlite3_step)

static struct { LIBSQLITE3_FUNCTIONS(LIBRARY_POINTER) } libsqlite3;

static const char *const libsqlite3_names[] = {LIBSQLITE3_FUNCTIONS(LIBRARY_NAME)};

static sqlite3 *close_db(sqlite3 *db) {
        (void) libsqlite3.sqlite3_close(db);
        return NULL;
}
DEFINE_CLEANUP(sqlite3 *, close_db);

static sqlite3_stmt *finalize(sqlite3_stmt *statement) {
        (void) libsqlite3.sqlite3_finalize(statement);
        return NULL;
}
DEFINE_CLEANUP(sqlite3_stmt *, finalize);

static int fail(sqlite3 *db, const char *path, struct error *reterr) {
        return error_set(reterr, -EBADMSG, "podman's database %s cannot be read: %s", path,
                         libsqlite3.sqlite3_errmsg(db));
}

/* The first row, if there is one: 1 or 0. */
static int query(sqlite3 *db, const char *sql, const char *path, sqlite3_stmt **ret, struct error *reterr) {
        int r;

        if (libsqlite3.sqlite3_prepare_v2(db, sql, -1, ret, NULL) != SQLITE_OK)
                return fail(db, path, reterr);
        r = libsqlite3.sqlite3_step(*ret);
        if (r != SQLITE_ROW && r != SQLITE_DONE)
                return fail(db, path, reterr);
        return r == SQLITE_ROW;
}

/* A database that was made but never used has no tables, or no row. */
static int has_table(sqlite3 *db, const char *path, struct error *reterr) {
        _cleanup_(finalizep) sqlite3_stmt *statement = NULL;

        return query(db, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'DBConfig'", path,
                     &statement, reterr);
}

static int take_column(sqlite3_stmt *statement, int column, char **ret) {
        const char *text = (const char *) libsqlite3.sqlite3_column_text(statement, column);

        if (!text || !*text)
                return 0;
        *ret = strdup(text);
        return *ret ? 0 : -ENOMEM;
}

static int read_row(sqlite3 *db, struct podman_db *ret, struct error *reterr) {
        _cleanup_(finalizep) sqlite3_stmt *statement = NULL;
        int r;

        r = query(db, "SELECT GraphRoot, RunRoot, GraphDriver FROM DBConfig", ret->path, &statement, reterr);
        if (r <= 0)
                return r;
        r = take_column(statement, 0, &ret->graphroot);
        if (r >= 0)
                r = take_column(statement, 1, &ret->runroot);
        if (r >= 0)
                r = take_column(statement, 2, &ret->driver);
        return r < 0 ? error_errno(reterr, r, "%s", ret->path) : 1;
}

static int read_content(char *content, size_t len, struct podman_db *ret, struct error *reterr) {
        _cleanup_(close_dbp) sqlite3 *db = NULL;
        int r;

        if (libsqlite3.sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
            libsqlite3.sqlite3_deserialize(db, "main", (unsigned char *) content, (sqlite3_int64) len,
                                           (sqlite3_int64) len, SQLITE_DESERIALIZE_READONLY) != SQLITE_OK)
                return fail(db, ret->path, reterr);
        r = has_table(db, ret->path, reterr);
        return r > 0 ? read_row(db, ret, reterr) : r;
}

static int read_file(const char *directory, char **content, size_t *len) {
        _cleanup_close_ int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        return fd < 0 ? negative_errno() : read_file_at(fd, DB_NAME, DB_SIZE_MAX, content, len, NULL);
}

int podman_db_read(const char *directory, struct podman_db *ret, struct error *reterr) {
        _cleanup_podman_db_ struct podman_db db = PODMAN_DB_INIT;
        _cleanup_free_ char *content = NULL;
        size_t len;
        int r;

        if (asprintf(&db.path, "%s/" DB_NAME, directory) < 0)
                return error_errno(reterr, -ENOMEM, "%s/" DB_NAME, directory);
        r = read_file(directory, &content, &len);
        if (r == -ENOENT || (r >= 0 && len == 0))
                return 0;
        if (r < 0)
                return error_errno(reterr, r, "podman's database %s cannot be read", db.path);
        if (!library_load(LIBSQLITE3_NAME, libsqlite3_names, ARRAY_SIZE(libsqlite3_names), &libsqlite3))
                return 0;

        r = read_content(content, len, &db, reterr);
        if (r <= 0)
                return r;
        *ret = db;
        db = PODMAN_DB_INIT;
        return 1;
}

#else

int podman_db_read(const char *directory, struct podman_db *ret, struct error *reterr) {
        (void) directory;
        (void) ret;
        (void) reterr;
        return 0;
}

#endif
