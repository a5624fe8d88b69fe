/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include "base/strlist.h"
#include "cstorage.h"
#include "format/conf-path.h"
#include "format/conf.h"

struct cstorage_config {
        char *graphroot, *runroot, *imagestore, *driver;
        bool transient;
        struct strlist options;
        struct strlist image_stores; /* what the options say of them, for the driver */
        struct strlist driver_priority;
        struct conf conf; /* what the files said, and where */
};

/* Which releases of the Go library look for their configuration so. For root the two differ only in files
 * that the earlier one does not know: that of root's own ~/.config, and drop-ins. */
enum config_rules {
        CONFIG_RULES_DROPINS,  /* from 1.63 on (pkg/configfile/parse.go:Read) */
        CONFIG_RULES_ONE_FILE, /* up to 1.62 (types/utils.go:DefaultConfigFile) */
};

/* Where a configuration is loaded from: the real system, or one that a test made. */
struct config_source {
        const char
                *root; /* goes before every path that is not from the environment; "" for the real system */
        uint32_t uid;  /* whose store it is */
        const char *home; /* where the environment has no HOME; may be NULL */
        struct conf_env env;
        enum config_rules rules;
        bool unresolved; /* paths of stores are not looked at */
};

/* cstorage_config_load() of a source. */
int config_load_from(const struct config_source *source, struct cstorage_config **ret, struct error *reterr);

/* Read the files of a source, one over the other. */
int config_read_files(const struct config_source *source, struct conf *conf, struct error *reterr);

/* What a variable of the source is set to, or NULL; the second also where it is empty. */
const char *config_env(const struct config_source *source, const char *name);
const char *config_env_text(const struct config_source *source, const char *name);

/* $HOME, or what is known without it; NULL where that is nothing. */
const char *config_home(const struct config_source *source);

/* Find the additional image stores again after the options or the driver changed. -EINVAL where an option is
 * none. */
int config_update_image_stores(struct cstorage_config *config);

DEFINE_CLEANUP(struct cstorage_config *, cstorage_config_free);
