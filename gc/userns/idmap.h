/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/strlist.h"

/*
 * One of the two maps of a user namespace that this process is about to create. To map more than its own id
 * needs a privileged program, newuidmap(1) or newgidmap(1), outside of the namespace. So a child process is
 * started before, and waits until the namespace exists.
 */

struct idmap {
        const char *program; /* searched in $PATH, as in podman: it runs with the user's rights only */
        const char *ranges;  /* subuid(5) or subgid(5) */
        const char *file;    /* of the kernel */
        uint32_t own;        /* mapped to 0 in the namespace */

        pid_t pid;
        int go_fd;
        struct error error; /* why only that id can be mapped */
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

/* The map with the ranges of this user, as subids_map() adds it. name may be NULL. Return a negative errno
 * if there are no ranges. */
int idmap_read(const struct idmap *map, const char *name, uid_t uid, struct strlist *ret,
               struct error *reterr);

/* Look up the ranges, and start the child process. On failure, set map->error. */
void idmap_prepare(struct idmap *map, uid_t uid);

/* Map the ids, after the namespace was created. Return false if only the own id can be mapped, or none at
 * all. */
bool idmap_write(struct idmap *map);

/* Map the own id only, which needs no privilege. */
void idmap_write_own(struct idmap *map);

/* End the child process: no namespace is created. */
void idmap_dismiss(struct idmap *map);
