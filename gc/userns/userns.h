/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include "base/error.h"

/* The user namespace of an unprivileged user. Files that processes in the user's containers wrote may
 * belong to subordinate ids of the user. The user can read and delete them only in the namespace. */

/* Whether this is a process of an unprivileged user that is not in the namespace yet. */
bool userns_is_wanted(void);

/*
 * Enter podman's user and mount namespaces, if its pause process or its file handles keep any; else a new
 * user namespace with the same map. If not all of the user's ids can be mapped, print a message and go on
 * with fewer ids, at worst outside of the namespace.
 *
 * root_fd is -1, or the socket of the root process that started this process and maps the ids.
 *
 * Call it before the first thread is created: a thread that ended may still count for a moment. On a negative
 * errno the process has no valid user any more and cannot go on.
 */
int userns_enter(int root_fd, struct error *reterr);
