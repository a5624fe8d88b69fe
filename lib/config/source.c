/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The environment of a source. */

#include "config/source.h"

#define ENV_HOME "HOME"

const char *config_env(const struct config_source *source, const char *name) {
        return source->env.get(source->env.userdata, name);
}

const char *config_env_text(const struct config_source *source, const char *name) {
        const char *value = config_env(source, name);

        return value && *value ? value : NULL;
}

const char *config_home(const struct config_source *source) {
        const char *home = config_env_text(source, ENV_HOME);

        return home ? home : source->home;
}
