/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The table of the keys of storage.conf, internal to this directory. */

#include "config/conf.h"
#include "toml/toml.h"

enum conf_type {
        CONF_TYPE_STRING,
        CONF_TYPE_BOOLEAN,
        CONF_TYPE_UINT32,
        CONF_TYPE_STRINGS, /* an array, which may also contain {append = true} */
        CONF_TYPE_MAP,     /* a table of strings with arbitrary names */
};

struct conf_key_info {
        const char *table, *name;
        enum conf_type type;
        const char *option; /* the name of the driver option, or NULL */
};

const struct conf_key_info *conf_key_info(enum conf_key key);
