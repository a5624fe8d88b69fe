/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/error.h"

/* Whether podman's database was read, and if not, what that means. */
enum podman_db_state {
        PODMAN_DB_READ,
        PODMAN_DB_FOUND,   /* it cannot be opened, but its row was found in its bytes */
        PODMAN_DB_DAMAGED, /* podman cannot read it either */
        PODMAN_DB_UNKNOWN, /* podman may be able to read it */
};

/*
 * Where podman's own database places the store. It precedes storage.conf, and podman's options precede it
 * (libpod/runtime.go:mergeDBConfig). NULL: it does not set that. */
struct podman_db {
        char *path;
        enum podman_db_state state;
        char *graphroot, *runroot, *driver;
        struct error error; /* why it cannot be opened: the cause alone */
};

#define PODMAN_DB_INIT ((struct podman_db){0})

void podman_db_done(struct podman_db *db);
#define _cleanup_podman_db_ _cleanup_(podman_db_done)

enum podman_db_kind {
        PODMAN_DB_SQLITE, /* from 4.4 on, by default from 5.0 on */
        PODMAN_DB_BOLT,   /* up to 5.8 */
};

/*
 * The database of that path: 1, or 0 if there is none or podman has not stored anything in it yet. It is not
 * opened as a database but copied into memory: nothing is locked or written. -ENOMEM is the one failure; any
 * other is a state.
 */
int podman_db_read(const char *path, enum podman_db_kind kind, struct podman_db *ret);
