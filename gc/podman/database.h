/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/error.h"

/* Whether podman's database was read; if not, the consequence. */
enum podman_database_state {
        PODMAN_DATABASE_READ,
        PODMAN_DATABASE_FOUND,   /* it cannot be opened, but its row was found in its bytes */
        PODMAN_DATABASE_DAMAGED, /* podman cannot read it either */
        PODMAN_DATABASE_UNKNOWN, /* podman may be able to read it */
};

/* The store's paths in podman's own database. They take precedence over storage.conf; podman's options
 * take precedence over them (libpod/runtime.go:mergeDBConfig). NULL: not set. */
struct podman_database {
        char *path;
        enum podman_database_state state;
        char *graphroot, *runroot, *driver;
        struct error error; /* why it cannot be opened: the cause only */
};

#define PODMAN_DATABASE_INIT ((struct podman_database){0})

void podman_database_done(struct podman_database *db);
#define _cleanup_podman_database_ _cleanup_(podman_database_done)

enum podman_database_kind {
        PODMAN_DATABASE_SQLITE, /* from 4.4 on, by default from 5.0 on */
        PODMAN_DATABASE_BOLT,   /* up to 5.8 */
};

/*
 * Read the database at path. Return 1, or 0 if there is none or podman has not stored anything in it yet. The
 * files are copied into memory: nothing is locked or written. -ENOMEM is the only error; any other failure is
 * a state.
 */
int podman_database_read(const char *path, enum podman_database_kind kind, struct podman_database *ret);
