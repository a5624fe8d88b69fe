/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include "base/strlist.h"
#include "podman/database.h"

/* The directory of a database, which determines which podman commands use it. */
enum podman_database_place {
        PODMAN_DATABASE_IN_STORE, /* in the graphroot or the runroot: used by every podman with this store */
        PODMAN_DATABASE_STATIC,   /* in static_dir of containers.conf: used by every podman without --root */
        PODMAN_DATABASE_TMP,      /* in podman's tmp_dir: used for transient stores, and with any of these */
};

struct podman_databases_entry {
        enum podman_database_place place;
        struct podman_database db;
};

/* All databases that podman may use with a store. */
struct podman_databases {
        struct podman_databases_entry *entries;
        size_t n, cap;
};

#define PODMAN_DATABASES_INIT ((struct podman_databases){0})

void podman_databases_done(struct podman_databases *dbs);
#define _cleanup_podman_databases_ _cleanup_(podman_databases_done)

/* Read all databases. Each path may be NULL. A database that cannot be read is an entry, too. -EBADMSG if
 * containers.conf cannot be parsed and may contain another directory. */
int podman_databases_read(struct podman_databases *dbs, const char *graphroot, const char *runroot,
                          struct error *reterr);

/* Whether both are names of the same directory; it need not exist. */
bool podman_is_same_path(const char *a, const char *b);

/* Add the runroots for this graphroot in podman's databases. A database that cannot be read adds none. */
int podman_runroots(struct strlist *ret, const char *graphroot, const char *runroot, struct error *reterr);
