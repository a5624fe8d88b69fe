/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/error.h"
#include "users/status.h"

/*
 * A user's process in a run for all users. The root process starts it with that user's rights and with this
 * variable, the number of a socket, in its environment. The root process also reads its standard output.
 */
#define ENV_ROOT_FD "CSTORAGE_GC_ROOT_FD"

/* The socket; -1 if this is no such process. */
int user_child_root_fd(void);

/*
 * The checks before the configuration is read: whether the user owns the home directory, and which runtime
 * directory contains the volatile records; $XDG_RUNTIME_DIR is set to it. *ret is USER_WAITING if the run may
 * go on. Return a negative errno on failure.
 */
int user_child_look(enum user_status *ret, struct error *reterr);
