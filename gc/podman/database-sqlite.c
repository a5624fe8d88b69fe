/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The only file that uses SQLite. The database files are in memory. */

#include "podman/database-sqlite.h"

#include <string.h>

#ifdef HAVE_SQLITE

#include <sqlite3.h>

#include "base/library.h"

/* Loaded only if there may be orphans. */
#define LIBSQLITE3_NAME "libsqlite3.so.0"
LIBRARY_NOTE(libsqlite3, LIBSQLITE3_NAME, "podman", "what the database of podman says of the store",
             "required");

#define LIBSQLITE3_FUNCTIONS(F)                                                                              \
        F(sqlite3_close)                                                                                     \
        F(sqlite3_column_text)                                                                               \
        F(sqlite3_errmsg)                                                                                    \
        F(sqlite3_errstr)                                                                                    \
        F(sqlite3_finalize)                                                                                  \
        F(sqlite3_open_v2)                                                                                   \
        F(sqlite3_prepare_v2)                                                                                \
        F(sqlite3_step)                                                                                      \
        F(sqlite3_vfs_register)                                                                              \
        F(sqlite3_vfs_unregister)

static struct { LIBSQLITE3_FUNCTIONS(LIBRARY_POINTER) } libsqlite3;

static const char *const libsqlite3_names[] = {LIBSQLITE3_FUNCTIONS(LIBRARY_NAME)};

/* ----------------------------------------------------------------------------------------------- files */

/* A file that SQLite has opened. */
struct handle {
        sqlite3_file base;
        struct podman_file *file;
};

static struct podman_file *file_of(sqlite3_file *handle) {
        return ((struct handle *) handle)->file;
}

static int close_file(sqlite3_file *handle) {
        (void) handle;
        return SQLITE_OK;
}

/* Bytes behind the end read as zeros, with SQLITE_IOERR_SHORT_READ. */
static int read_file(sqlite3_file *handle, void *buffer, int n, sqlite3_int64 offset) {
        const struct podman_file *file = file_of(handle);
        size_t there = (uint64_t) offset < file->len ? file->len - (size_t) offset : 0;

        if (there >= (size_t) n) {
                memcpy(buffer, file->bytes + offset, (size_t) n);
                return SQLITE_OK;
        }
        memset(buffer, 0, (size_t) n);
        if (there > 0)
                memcpy(buffer, file->bytes + offset, there);
        return SQLITE_IOERR_SHORT_READ;
}

/* The limit is twice that of one file: the log can add that much to a database. */
static int resize(struct podman_file *file, uint64_t len) {
        char *bytes;

        if (len > 2 * (uint64_t) DB_SIZE_MAX)
                return SQLITE_FULL;
        bytes = realloc(file->bytes, (size_t) len + 1);
        if (!bytes)
                return SQLITE_IOERR_NOMEM;
        if (len > file->len)
                memset(bytes + file->len, 0, (size_t) len - file->len);
        file->bytes = bytes;
        file->len = (size_t) len;
        return SQLITE_OK;
}

static int write_file(sqlite3_file *handle, const void *buffer, int n, sqlite3_int64 offset) {
        struct podman_file *file = file_of(handle);
        uint64_t end = (uint64_t) offset + (uint64_t) n;
        int r = end > file->len ? resize(file, end) : SQLITE_OK;

        if (r == SQLITE_OK)
                memcpy(file->bytes + offset, buffer, (size_t) n);
        return r;
}

static int truncate_file(sqlite3_file *handle, sqlite3_int64 len) {
        return resize(file_of(handle), (uint64_t) len);
}

static int sync_file(sqlite3_file *handle, int flags) {
        (void) handle;
        (void) flags;
        return SQLITE_OK;
}

static int get_size(sqlite3_file *handle, sqlite3_int64 *ret) {
        *ret = (sqlite3_int64) file_of(handle)->len;
        return SQLITE_OK;
}

/* The copy is private. So a journal never belongs to an active transaction of another process. */
static int lock_file(sqlite3_file *handle, int level) {
        (void) handle;
        (void) level;
        return SQLITE_OK;
}

static int is_reserved(sqlite3_file *handle, int *ret) {
        (void) handle;
        *ret = 0;
        return SQLITE_OK;
}

static int control_file(sqlite3_file *handle, int operation, void *argument) {
        (void) handle;
        (void) operation;
        (void) argument;
        return SQLITE_NOTFOUND;
}

static int get_sector_size(sqlite3_file *handle) {
        (void) handle;
        return 512;
}

static int get_characteristics(sqlite3_file *handle) {
        (void) handle;
        return 0;
}

/* Version 1: without shared memory. */
static const sqlite3_io_methods methods = {
        .iVersion = 1,
        .xClose = close_file,
        .xRead = read_file,
        .xWrite = write_file,
        .xTruncate = truncate_file,
        .xSync = sync_file,
        .xFileSize = get_size,
        .xLock = lock_file,
        .xUnlock = lock_file,
        .xCheckReservedLock = is_reserved,
        .xFileControl = control_file,
        .xSectorSize = get_sector_size,
        .xDeviceCharacteristics = get_characteristics,
};

/* ----------------------------------------------------------------------------------------- file system */

/* A file system with these files only: SQLite never opens a file on disk. */
#define VFS_NAME "cstorage-copy"
#define DB_NAME  "db"

static struct podman_file *find_file(sqlite3_vfs *vfs, const char *name) {
        struct podman_files *files = vfs->pAppData;

        if (!name || strncmp(name, DB_NAME, strlen(DB_NAME)) != 0)
                return NULL;
        for (size_t i = 0; i < DB_FILES; i++)
                if (strcmp(name + strlen(DB_NAME), podman_file_suffixes[i]) == 0)
                        return &files->files[i];
        return NULL;
}

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *handle, int flags, int *ret_flags) {
        struct podman_file *file = find_file(vfs, name);

        handle->pMethods = NULL;
        if (!file || (!file->exists && !(flags & SQLITE_OPEN_CREATE)))
                return SQLITE_CANTOPEN;
        file->exists = true;
        ((struct handle *) handle)->file = file;
        handle->pMethods = &methods;
        if (ret_flags)
                *ret_flags = flags;
        return SQLITE_OK;
}

static int delete_file(sqlite3_vfs *vfs, const char *name, int sync_directory) {
        struct podman_file *file = find_file(vfs, name);

        (void) sync_directory;
        if (file) {
                file->exists = false;
                file->len = 0;
        }
        return SQLITE_OK;
}

/* SQLite on Linux also treats an empty file as missing (os_unix.c:unixAccess). */
static int access_file(sqlite3_vfs *vfs, const char *name, int flags, int *ret) {
        const struct podman_file *file = find_file(vfs, name);

        (void) flags;
        *ret = file && file->exists && file->len > 0;
        return SQLITE_OK;
}

static int get_full_name(sqlite3_vfs *vfs, const char *name, int size, char *ret) {
        (void) vfs;
        if (strlen(name) >= (size_t) size)
                return SQLITE_CANTOPEN;
        strcpy(ret, name);
        return SQLITE_OK;
}

/* Only writes would need random bytes, and they are not kept. */
static int get_random(sqlite3_vfs *vfs, int n, char *ret) {
        (void) vfs;
        memset(ret, 0, (size_t) n);
        return n;
}

static int wait_for(sqlite3_vfs *vfs, int us) {
        (void) vfs;
        return us;
}

static int get_time(sqlite3_vfs *vfs, double *ret) {
        (void) vfs;
        *ret = 0;
        return SQLITE_OK;
}

static sqlite3_vfs vfs = {
        .iVersion = 1,
        .szOsFile = sizeof(struct handle),
        .mxPathname = 64,
        .zName = VFS_NAME,
        .xOpen = open_file,
        .xDelete = delete_file,
        .xAccess = access_file,
        .xFullPathname = get_full_name,
        .xRandomness = get_random,
        .xSleep = wait_for,
        .xCurrentTime = get_time,
};

/* --------------------------------------------------------------------------------------------- queries */

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

static int code_of(int result) {
        switch (result & 0xff) {
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
                return -EBADMSG;
        case SQLITE_NOMEM:
                return -ENOMEM;
        default:
                return -EIO;
        }
}

static int fail(sqlite3 *db, int result, struct error *reterr) {
        return error_set(reterr, code_of(result), "%s",
                         db ? libsqlite3.sqlite3_errmsg(db) : libsqlite3.sqlite3_errstr(result));
}

/* Get the first row. Return 1, or 0 if there is none. */
static int query(sqlite3 *db, const char *sql, sqlite3_stmt **ret, struct error *reterr) {
        int r;

        r = libsqlite3.sqlite3_prepare_v2(db, sql, -1, ret, NULL);
        if (r != SQLITE_OK)
                return fail(db, r, reterr);
        r = libsqlite3.sqlite3_step(*ret);
        if (r != SQLITE_ROW && r != SQLITE_DONE)
                return fail(db, r, reterr);
        return r == SQLITE_ROW;
}

static int has_row(sqlite3 *db, const char *sql, struct error *reterr) {
        _cleanup_(finalizep) sqlite3_stmt *statement = NULL;

        return query(db, sql, &statement, reterr);
}

static int take_column(sqlite3_stmt *statement, int column, char **ret) {
        const char *text = (const char *) libsqlite3.sqlite3_column_text(statement, column);

        if (!text || !*text)
                return 0;
        *ret = strdup(text);
        return *ret ? 0 : -ENOMEM;
}

static int read_row(sqlite3 *db, struct podman_database *ret, struct error *reterr) {
        _cleanup_(finalizep) sqlite3_stmt *statement = NULL;
        int r;

        r = query(db, "SELECT GraphRoot, RunRoot, GraphDriver FROM DBConfig", &statement, reterr);
        if (r <= 0)
                return r;
        r = take_column(statement, 0, &ret->graphroot);
        if (r >= 0)
                r = take_column(statement, 1, &ret->runroot);
        if (r >= 0)
                r = take_column(statement, 2, &ret->driver);
        return r < 0 ? error_errno(reterr, r, "its paths") : 1;
}

/* Without shared memory SQLite reads a write-ahead log only in this mode. A database that was created but
 * never used has no tables. */
static int read_db(struct podman_database *ret, struct error *reterr) {
        _cleanup_(close_dbp) sqlite3 *db = NULL;
        int r;

        r = libsqlite3.sqlite3_open_v2(DB_NAME, &db, SQLITE_OPEN_READWRITE, VFS_NAME);
        if (r != SQLITE_OK)
                return fail(db, r, reterr);
        r = has_row(db, "PRAGMA locking_mode = EXCLUSIVE", reterr);
        if (r >= 0)
                r = has_row(db, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'DBConfig'",
                            reterr);
        return r > 0 ? read_row(db, ret, reterr) : r;
}

int podman_sqlite_read(struct podman_files *files, struct podman_database *db, struct error *reterr) {
        int r;

        if (!library_load(LIBSQLITE3_NAME, libsqlite3_names, ARRAY_SIZE(libsqlite3_names), &libsqlite3))
                return error_set(reterr, -ELIBACC, LIBSQLITE3_NAME " cannot be loaded");
        vfs.pAppData = files;
        r = libsqlite3.sqlite3_vfs_register(&vfs, /* makeDflt= */ 0);
        if (r != SQLITE_OK)
                return fail(NULL, r, reterr);
        r = read_db(db, reterr);
        (void) libsqlite3.sqlite3_vfs_unregister(&vfs);
        return r;
}

#else

int podman_sqlite_read(struct podman_files *files, struct podman_database *db, struct error *reterr) {
        (void) files;
        (void) db;
        return error_set(reterr, -ELIBACC, "cstorage-gc was built without SQLite");
}

#endif
