/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "config/conf-path.h"
#include "cstorage.h"

/* The source of a configuration: the real system, or that of a test. */
struct config_source {
        const char *root; /* prefix of all paths that are not from the environment; "": real system */
        uint32_t uid;     /* owner of the store */
        const char *home; /* used without $HOME; may be NULL */
        struct conf_env env;
        enum cstorage_config_compat rules;
        bool unresolved; /* paths of stores are not resolved, and AUTO is CURRENT */
};

/* The value of a variable, or NULL; config_env_text() also returns NULL if it is empty. */
const char *config_env(const struct config_source *source, const char *name);
const char *config_env_text(const struct config_source *source, const char *name);

/* $HOME or, without it, source->home. May be NULL. */
const char *config_home(const struct config_source *source);
