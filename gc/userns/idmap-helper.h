/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sys/types.h>

#include "base/error.h"

/*
 * How a process of a user's that root started has the user's subordinate ids mapped in the user namespace
 * that it made: root does it, so that neither needs newuidmap(1), and the process can be one that never gets
 * more rights. Over a socket of sequenced packets.
 */

/* A user whose subordinate ids are mapped. */
struct id_owner {
        const char *name;
        uid_t uid;
        gid_t gid;
};

/* Have it done, and wait. Not all of them are mapped where this fails. */
int idmap_helper_ask(int root_fd, struct error *reterr);

/*
 * Root's end, which has something to be read: do it, once. It does not matter what the process is made to
 * say, or in which namespace it is by then: no other map is written than the user's, and the kernel wants one
 * that has none and whose parent is ours, for which the user had to make it.
 */
void idmap_helper_serve(int user_fd, pid_t pid, const struct id_owner *owner);
