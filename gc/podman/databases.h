/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include "base/strlist.h"
#include "podman/database.h"

/* Where a database lies, and so which podman reads it. */
enum podman_db_place {
        PODMAN_DB_IN_STORE, /* in the graphroot or the runroot: each podman that uses these */
        PODMAN_DB_STATIC,   /* in static_dir of containers.conf: each podman without --root */
        PODMAN_DB_TMP,      /* in podman's tmp_dir: of transient stores, and of any of these */
};

struct podman_dbs_entry {
        enum podman_db_place place;
        struct podman_db db;
};

/* All databases that podman may use with a store. */
struct podman_dbs {
        struct podman_dbs_entry *entries;
        size_t n, cap;
};

#define PODMAN_DBS_INIT ((struct podman_dbs){0})

void podman_dbs_done(struct podman_dbs *dbs);
#define _cleanup_podman_dbs_ _cleanup_(podman_dbs_done)

/* Each may be NULL. A database that cannot be read is an entry, too. -EBADMSG if containers.conf may name
 * another place and cannot be read. */
int podman_dbs_read(struct podman_dbs *dbs, const char *graphroot, const char *runroot, struct error *reterr);

/* Two names of the same directory; it need not exist. */
bool podman_same_place(const char *a, const char *b);

/* Add the runroots that podman's databases name for this graphroot. What cannot be read names none. */
int podman_runroots(struct strlist *ret, const char *graphroot, const char *runroot, struct error *reterr);
