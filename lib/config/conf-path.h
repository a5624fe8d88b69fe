/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The paths of storage.conf, before anyone looks whether they are there. */

#include <stdint.h>

#include "base/cleanup.h"

/* Where variables come from: get() returns what one is set to, or NULL. */
struct conf_env {
        const char *(*get)(void *userdata, const char *name);
        void *userdata;
};

/*
 * Put the user id for $UID and variables for $NAME and ${NAME}, as types/utils.go:expandEnvPath does; one
 * that is not set is nothing. Fresh memory; 0 or -ENOMEM.
 */
int conf_expand_path(const char *path, uint32_t uid, const struct conf_env *env, char **ret);

/* A path without "//", "." and "..", by its text alone (Go's path/filepath.Clean): "" becomes ".". Fresh
 * memory; 0 or -ENOMEM. */
int conf_clean_path(const char *path, char **ret);
