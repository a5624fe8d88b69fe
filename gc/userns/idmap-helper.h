/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sys/types.h>

#include "base/error.h"

/*
 * A user's process that root started gets the user's subordinate ids mapped in its new user namespace by the
 * root process. So neither process needs newuidmap(1), and the user's process can run with no_new_privs. They
 * communicate over a socket of sequenced packets.
 */

/* A user whose subordinate ids are mapped. */
struct id_owner {
        const char *name;
        uid_t uid;
        gid_t gid;
};

/* Ask for the maps and wait. On failure not all ids are mapped. */
int idmap_helper_ask(int root_fd, struct error *reterr);

/*
 * On root's side, with the socket readable: map the ids, once. It does not matter which data the process
 * sends, or in which namespace it is: only the maps of the user are written, and the kernel requires a user
 * namespace without maps whose parent is the collector's, so the user must have created it.
 */
void idmap_helper_serve(int user_fd, pid_t pid, const struct id_owner *owner);
