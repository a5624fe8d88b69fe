/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include "base/strlist.h"
#include "config/conf.h"
#include "config/source.h"
#include "cstorage.h"

struct cstorage_setting {
        const char *key, *value;
        const char *origin; /* NULL: nobody said so */
        unsigned line;      /* 0: origin is no file */
        bool is_option;     /* the driver's */
};

struct cstorage_config {
        char *graphroot, *runroot, *imagestore, *driver;
        bool transient;
        enum cstorage_config_compat rules; /* that it was read by; AUTO: set by hand */
        struct strlist options;
        struct strlist image_stores; /* what the options say of them, for the driver */
        struct strlist driver_priority;
        struct conf conf; /* what the files said, and where */

        struct cstorage_setting *settings;
        size_t n_settings, cap_settings;
        struct arena arena; /* their texts, as far as they are nobody else's */
};

/* cstorage_config_load() of a source. */
int config_load_from(const struct config_source *source, struct cstorage_config **ret, struct error *reterr);

/* Read the files of a source, one over the other, by the rules that it names, which are not AUTO. Returns 1
 * where one of them is a file that by the other rules would not have been looked for, else 0. */
int config_read_files(const struct config_source *source, struct conf *conf, struct error *reterr);

/* What is there of what the two rules lead to. */
struct config_presence {
        bool dropins_graphroot, one_file_graphroot, dropins_runroot, one_file_runroot;
        bool dropins_driver, one_file_driver; /* a store of that driver */
};

/* By which rules the configuration counts, of those that both led to: see enum cstorage_config_compat. AUTO
 * where nothing tells. */
enum cstorage_config_compat config_choose(const struct cstorage_config *dropins,
                                          const struct cstorage_config *one_file,
                                          const struct config_presence *there);

/* Take the one that counts of what both rules led to, as things are. -ENOTUNIQ where nothing tells. */
int config_take(const struct config_source *source, struct cstorage_config **dropins,
                struct cstorage_config **one_file, struct cstorage_config **ret, struct error *reterr);

/* Fill in graphroot, runroot and image store, from conf or without it. */
int config_load_paths(const struct config_source *source, struct cstorage_config *config,
                      struct error *reterr);

/* Put together what cstorage_config_next_setting() goes through. 0 or -ENOMEM. */
int config_list_settings(const struct config_source *source, struct cstorage_config *config);

/* The caller says so now, in place of whoever did; NULL: there is no such thing. 0 or -ENOMEM. */
int config_note_setting(struct cstorage_config *config, const char *key, const char *value);
int config_note_option(struct cstorage_config *config, const char *option);
void config_forget_options(struct cstorage_config *config);

/* What names the driver, and all driver options. */
#define ENV_DRIVER  "STORAGE_DRIVER"
#define ENV_OPTIONS "STORAGE_OPTS"

/* Put a copy in its place; NULL: none. */
int config_set_text(char **setting, const char *value);

/* Find the additional image stores again after the options or the driver changed. -EINVAL where an option is
 * none. */
int config_update_image_stores(struct cstorage_config *config);

DEFINE_CLEANUP(struct cstorage_config *, cstorage_config_free);
