/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include "base/error.h"

/*
 * The user namespace of who is not root. What processes of such a user's containers wrote may belong to
 * subordinate ids of the user, and only inside can the user read and delete it.
 */

/* Whether this process is a user's that is not in one yet. */
bool userns_is_wanted(void);

/*
 * Enter that of podman, where its pause process holds one, and its mounts with it; else a new one with the
 * same map. Where less can be had than all of the user's ids, that is said, and it goes on with less: in the
 * end outside, as before.
 *
 * root_fd is -1, or the socket of the root that started this process and maps the ids.
 *
 * Only before there was a thread: one that ended may count for a moment more. Negative where this process is
 * nobody any more, and cannot go on.
 */
int userns_enter(int root_fd, struct error *reterr);
