/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include "base/strlist.h"
#include "podman/database.h"

/* Where a database lies, and so which podman reads it. */
enum podman_database_place {
        PODMAN_DATABASE_IN_STORE, /* in the graphroot or the runroot: each podman that uses these */
        PODMAN_DATABASE_STATIC,   /* in static_dir of containers.conf: each podman without --root */
        PODMAN_DATABASE_TMP,      /* in podman's tmp_dir: of transient stores, and of any of these */
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

/* Each may be NULL. A database that cannot be read is an entry, too. -EBADMSG if containers.conf may name
 * another place and cannot be read. */
int podman_databases_read(struct podman_databases *dbs, const char *graphroot, const char *runroot,
                          struct error *reterr);

/* Two names of the same directory; it need not exist. */
bool podman_is_same_path(const char *a, const char *b);

/* Add the runroots that podman's databases name for this graphroot. What cannot be read names none. */
int podman_runroots(struct strlist *ret, const char *graphroot, const char *runroot, struct error *reterr);
