/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/error.h"
#include "users/status.h"

/*
 * The side of a run for all users that is a process of one of them. Root's started it with that user's rights
 * and an environment in which this variable is the number of a socket; its standard output is root's, too.
 */
#define ENV_ROOT_FD "CSTORAGE_GC_ROOT_FD"

/* That socket; -1 where this is no such process. */
int user_child_root_fd(void);

/*
 * What is to be known before the configuration is read: whether the home directory is the user's, and where
 * containers are recorded that do not outlive a boot, which this sets $XDG_RUNTIME_DIR to. USER_WAITING where
 * it may go on; negative errno.
 */
int user_child_look(enum user_status *ret, struct error *reterr);
