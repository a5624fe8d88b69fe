/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/error.h"

/* Whether podman's database was read, and if not, what that means. */
enum podman_database_state {
        PODMAN_DATABASE_READ,
        PODMAN_DATABASE_FOUND,   /* it cannot be opened, but its row was found in its bytes */
        PODMAN_DATABASE_DAMAGED, /* podman cannot read it either */
        PODMAN_DATABASE_UNKNOWN, /* podman may be able to read it */
};

/*
 * Where podman's own database places the store. It precedes storage.conf, and podman's options precede it
 * (libpod/runtime.go:mergeDBConfig). NULL: it does not set that. */
struct podman_database {
        char *path;
        enum podman_database_state state;
        char *graphroot, *runroot, *driver;
        struct error error; /* why it cannot be opened: the cause alone */
};

#define PODMAN_DATABASE_INIT ((struct podman_database){0})

void podman_database_done(struct podman_database *db);
#define _cleanup_podman_database_ _cleanup_(podman_database_done)

enum podman_database_kind {
        PODMAN_DATABASE_SQLITE, /* from 4.4 on, by default from 5.0 on */
        PODMAN_DATABASE_BOLT,   /* up to 5.8 */
};

/*
 * The database of that path: 1, or 0 if there is none or podman has not stored anything in it yet. It is not
 * opened as a database but copied into memory: nothing is locked or written. -ENOMEM is the one failure; any
 * other is a state.
 */
int podman_database_read(const char *path, enum podman_database_kind kind, struct podman_database *ret);
