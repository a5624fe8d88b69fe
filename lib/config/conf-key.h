/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The table of storage.conf's keys. Only the parts of conf look at it. */

#include "config/conf.h"
#include "toml/toml.h"

enum conf_type {
        CONF_TYPE_STRING,
        CONF_TYPE_BOOLEAN,
        CONF_TYPE_UINT32,
        CONF_TYPE_STRINGS, /* an array, with {append = true} among its strings or not */
        CONF_TYPE_MAP,     /* a table of strings under names that are not known */
};

struct conf_key_info {
        const char *table, *name;
        enum conf_type type;
        const char *option; /* what the driver option is called, or NULL */
};

const struct conf_key_info *conf_key_info(enum conf_key key);
