/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "config/conf-path.h"
#include "cstorage.h"

/* Where a configuration is loaded from: the real system, or one that a test made. */
struct config_source {
        const char
                *root; /* goes before every path that is not from the environment; "" for the real system */
        uint32_t uid;  /* whose store it is */
        const char *home; /* where the environment has no HOME; may be NULL */
        struct conf_env env;
        enum cstorage_config_compat rules;
        bool unresolved; /* paths of stores are not looked at: AUTO is DROPINS then */
};

/* What a variable of the source is set to, or NULL; the second also where it is empty. */
const char *config_env(const struct config_source *source, const char *name);
const char *config_env_text(const struct config_source *source, const char *name);

/* $HOME, or what is known without it; NULL where that is nothing. */
const char *config_home(const struct config_source *source);
