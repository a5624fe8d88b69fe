/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One row of podman's database. */

#include "podman/database.h"

#include <stdio.h>
#include <string.h>

#include "podman/database-files.h"
#include "podman/database-search.h"
#include "podman/database-sqlite.h"

void podman_database_done(struct podman_database *db) {
        free(db->path);
        free(db->graphroot);
        free(db->runroot);
        free(db->driver);
        *db = PODMAN_DATABASE_INIT;
}

/* ---------------------------------------------------------------------------------------- search in bytes */

static int take_text(char **to, const struct podman_text *text) {
        if (text->len == 0)
                return 0;
        *to = strndup(text->s, text->len);
        return *to ? 0 : -ENOMEM;
}

static int take_row(struct podman_database *db, const struct podman_row *row) {
        int r = take_text(&db->graphroot, &row->graphroot);

        if (r >= 0)
                r = take_text(&db->runroot, &row->runroot);
        return r < 0 ? r : take_text(&db->driver, &row->driver);
}

static bool is_text(const char *s, const struct podman_text *text) {
        return s ? strlen(s) == text->len && memcmp(s, text->s, text->len) == 0 : text->len == 0;
}

static bool is_row(const struct podman_database *db, const struct podman_row *row) {
        return is_text(db->graphroot, &row->graphroot) && is_text(db->runroot, &row->runroot) &&
               is_text(db->driver, &row->driver);
}

/* podman writes the row once. If there are two different rows, neither is reliable. */
static int search_file(const struct podman_file *file, podman_search *search, struct podman_database *db) {
        const char *at = file->bytes, *end = at + file->len;
        struct podman_row row;
        int r = 0;

        while (file->len > 0 && r >= 0 && (at = search(at, end, &row))) {
                if (db->state != PODMAN_DATABASE_FOUND)
                        r = take_row(db, &row);
                else if (!is_row(db, &row))
                        r = -ENOTUNIQ;
                db->state = PODMAN_DATABASE_FOUND;
        }
        return r;
}

static int search_files(const struct podman_files *files, podman_search *search, struct podman_database *db) {
        enum podman_database_state otherwise = db->state;
        int r = 0;

        for (size_t i = 0; i < DB_FILES && r >= 0; i++)
                r = search_file(&files->files[i], search, db);
        if (r == -ENOTUNIQ)
                db->state = otherwise;
        return r == -ENOMEM ? r : 0;
}

/* ------------------------------------------------------------------------------------------------- kinds */

/* Search the copy before SQLite modifies it: SQLite merges the log into the database. */
static int read_sqlite(struct podman_files *files, struct podman_database *db) {
        int r = podman_sqlite_read(files, db, &db->error);

        if (r >= 0 || r == -ENOMEM)
                return r;
        db->state = r == -EBADMSG ? PODMAN_DATABASE_DAMAGED : PODMAN_DATABASE_UNKNOWN;
        r = search_files(files, podman_search_sqlite, db);
        return r < 0 ? r : 1;
}

/* bbolt, internal/common/types.go: in both meta pages. */
#define BOLT_MAGIC     "\xed\xda\x0c\xed"
#define BOLT_META_SIZE (2 * 65536U)

static bool is_bolt(const struct podman_file *file) {
        return memmem(file->bytes, file->len < BOLT_META_SIZE ? file->len : BOLT_META_SIZE, BOLT_MAGIC,
                      strlen(BOLT_MAGIC));
}

static int read_bolt(const struct podman_files *files, struct podman_database *db) {
        bool bolt = is_bolt(&files->files[DB_MAIN]);
        int r;

        (void) error_set(&db->error, -EBADMSG, bolt ? "BoltDB is not supported" : "it is no database");
        db->state = bolt ? PODMAN_DATABASE_UNKNOWN : PODMAN_DATABASE_DAMAGED;
        r = search_files(files, podman_search_bolt, db);
        return r < 0 ? r : 1;
}

/* ---------------------------------------------------------------------------------------------- one file */

/* If the file is no regular file or must not be read, podman fails as well. Other causes may affect only
 * this program. */
static int set_unread(struct podman_database *db, int code) {
        if (code == -ENOMEM)
                return code;
        db->state = code == -EBADF || code == -EACCES || code == -ELOOP || code == -ENOTDIR
                            ? PODMAN_DATABASE_DAMAGED
                            : PODMAN_DATABASE_UNKNOWN;
        (void) error_set(&db->error, code, "%s", code == -EBADF ? "it is no regular file" : strerror(-code));
        return 1;
}

static int read_kind(enum podman_database_kind kind, struct podman_files *files, struct podman_database *db) {
        switch (kind) {
        case PODMAN_DATABASE_SQLITE:
                return read_sqlite(files, db);
        case PODMAN_DATABASE_BOLT:
                return read_bolt(files, db);
        }
        return -EINVAL;
}

static int read_files(enum podman_database_kind kind, struct podman_database *db) {
        _cleanup_podman_files_ struct podman_files files = PODMAN_FILES_INIT;
        int r = podman_files_read(db->path, &files);

        if (r > 0)
                return read_kind(kind, &files, db);
        if (r == 0)
                return 0;
        if (set_unread(db, r) < 0)
                return -ENOMEM;
        r = search_files(&files, kind == PODMAN_DATABASE_BOLT ? podman_search_bolt : podman_search_sqlite,
                         db);
        return r < 0 ? r : 1;
}

int podman_database_read(const char *path, enum podman_database_kind kind, struct podman_database *ret) {
        _cleanup_podman_database_ struct podman_database db = PODMAN_DATABASE_INIT;
        int r;

        db.path = strdup(path);
        if (!db.path)
                return -ENOMEM;
        r = read_files(kind, &db);
        if (r <= 0)
                return r;
        *ret = db;
        db = PODMAN_DATABASE_INIT;
        return 1;
}
