/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/error.h"

/*
 * Where podman's own database says that the store is. It goes before storage.conf, and after podman's options
 * (libpod/runtime.go:mergeDBConfig). NULL: it says nothing of that.
 */
struct podman_db {
        char *path;
        char *graphroot, *runroot, *driver;
};

#define PODMAN_DB_INIT ((struct podman_db){0})

void podman_db_done(struct podman_db *db);
#define _cleanup_podman_db_ _cleanup_(podman_db_done)

/*
 * The database in a graphroot or, where podman is transient, in its runroot. 1, or 0 where there is none, it
 * says nothing, or this was built or runs without SQLite. It is not opened as a database but read as a file:
 * nothing is locked or written, and a commit that was interrupted is not undone. What is read was written
 * when podman first ran, so that matters little.
 */
int podman_db_read(const char *directory, struct podman_db *ret, struct error *reterr);
