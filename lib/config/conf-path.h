/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The paths of storage.conf as text, without access to the file system. */

#include <stdint.h>

#include "base/cleanup.h"

/* A source of variables: get() returns the value of one, or NULL. */
struct conf_env {
        const char *(*get)(void *userdata, const char *name);
        void *userdata;
};

/* Replace $UID with the user id, and $NAME and ${NAME} with the values of variables, as
 * types/utils.go:expandEnvPath does; an unset variable is empty. Fresh memory; 0 or -ENOMEM. */
int conf_expand_path(const char *path, uint32_t uid, const struct conf_env *env, char **ret);

/* Remove "//", "." and ".." from a path lexically (Go's path/filepath.Clean); "" becomes ".". Fresh memory; 0
 * or -ENOMEM. */
int conf_clean_path(const char *path, char **ret);
