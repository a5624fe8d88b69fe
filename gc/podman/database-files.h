/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include "base/cleanup.h"

/* An SQLite database and the two files that may complete it: a rollback journal, with the original pages
 * of an unfinished transaction, or a write-ahead log, with pages that are not in the database yet. */
enum { DB_MAIN, DB_JOURNAL, DB_WAL, DB_FILES };

/* The suffixes that SQLite appends to the name of the database. */
extern const char *const podman_file_suffixes[DB_FILES];

/* Larger files are not read; the database of ten thousand containers needs a quarter of this. */
#define DB_SIZE_MAX (256U * 1024 * 1024)

struct podman_file {
        char *bytes;
        size_t len;
        bool exists;
};

struct podman_files {
        struct podman_file files[DB_FILES];
};

#define PODMAN_FILES_INIT ((struct podman_files){0})

void podman_files_done(struct podman_files *files);
#define _cleanup_podman_files_ _cleanup_(podman_files_done)

/*
 * Read all of them as they were at one moment. Return 1, or 0 if there is no database. Nothing is locked or
 * written, so podman is not affected. -EAGAIN if another process wrote to them all the time; *ret then
 * contains the last read. Links are followed, as in SQLite: the other files are beside the target.
 */
int podman_files_read(const char *path, struct podman_files *ret);
