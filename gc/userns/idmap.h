/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/strlist.h"

/*
 * One of the two maps of a user namespace that this process is about to make. More than its own id only a
 * program with the privilege may map, newuidmap(1) or newgidmap(1), and only from outside. So that waits in a
 * process of its own, started before, until there is a namespace.
 */

struct idmap {
        const char *program; /* found by $PATH, as podman does: it is a user's, and has no more than that */
        const char *ranges;  /* subuid(5) or subgid(5) */
        const char *file;    /* that of the kernel */
        uint32_t own;        /* what is 0 in the namespace */

        pid_t pid;
        int go_fd;
        struct error error; /* why it is only that one */
};

#define IDMAP_UIDS(own_)                                                                                     \
        ((struct idmap){.program = "newuidmap",                                                              \
                        .ranges = "/etc/subuid",                                                             \
                        .file = "/proc/self/uid_map",                                                        \
                        .own = (own_),                                                                       \
                        .go_fd = -1})
#define IDMAP_GIDS(own_)                                                                                     \
        ((struct idmap){.program = "newgidmap",                                                              \
                        .ranges = "/etc/subgid",                                                             \
                        .file = "/proc/self/gid_map",                                                        \
                        .own = (own_),                                                                       \
                        .go_fd = -1})

/* The map with the ranges of this user, who may have no name, as subids_map() adds it. Negative where there
 * is not more than the own id. */
int idmap_read(const struct idmap *map, const char *name, uid_t uid, struct strlist *ret,
               struct error *reterr);

/* Look the ranges up, and start what will map them. map->error tells why not. */
void idmap_prepare(struct idmap *map, uid_t uid);

/* There is a namespace now: map. False where nothing but the own id can be mapped, or not even that. */
bool idmap_write(struct idmap *map);

/* Map the own id alone, which needs no privilege. */
void idmap_write_own(struct idmap *map);

/* There will be none. */
void idmap_dismiss(struct idmap *map);
