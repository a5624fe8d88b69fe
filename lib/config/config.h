/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include "base/strlist.h"
#include "config/conf.h"
#include "config/source.h"
#include "cstorage.h"

struct cstorage_setting {
        const char *key, *value;
        const char *origin; /* NULL: a default */
        unsigned line;      /* 0: origin is not a file */
        bool is_option;     /* a driver option */
};

struct cstorage_config {
        char *graphroot, *runroot, *imagestore, *driver;
        bool transient;
        enum cstorage_config_compat rules; /* the rules of the files; AUTO: not loaded from files */
        struct strlist options;
        struct strlist image_stores; /* additional image stores in the options, for the driver */
        struct strlist driver_priority;
        struct conf conf; /* the merged values of the files */

        struct cstorage_setting *settings;
        size_t n_settings, cap_settings;
        struct arena arena; /* owns the strings of settings */
};

/* cstorage_config_load() from a source. */
int config_load_from(const struct config_source *source, struct cstorage_config **ret, struct error *reterr);

/* Read the files of a source and merge them, by the rules of the source, which are not AUTO. Returns 1 if the
 * other rules may read other files, else 0. */
int config_read_files(const struct config_source *source, struct conf *conf, struct error *reterr);

/* Which paths of the two results exist. dropins is the result of the current rules, one_file that of the
 * legacy rules. */
struct config_presence {
        bool dropins_graphroot, one_file_graphroot, dropins_runroot, one_file_runroot;
        bool dropins_driver, one_file_driver; /* a store of that driver */
};

/* Choose between the results of the two rules; see enum cstorage_config_compat. Returns AUTO if there is no
 * safe choice. */
enum cstorage_config_compat config_choose(const struct cstorage_config *dropins,
                                          const struct cstorage_config *one_file,
                                          const struct config_presence *there);

/* Choose by the state of the file system: *ret is the chosen one of the two. -ENOTUNIQ if there is no safe
 * choice. */
int config_take(const struct config_source *source, struct cstorage_config **dropins,
                struct cstorage_config **one_file, struct cstorage_config **ret, struct error *reterr);

/* Set graphroot, runroot and image store, from conf or to their defaults. */
int config_load_paths(const struct config_source *source, struct cstorage_config *config,
                      struct error *reterr);

/* Create the list for cstorage_config_next_setting(). Returns 0 or -ENOMEM. */
int config_list_settings(const struct config_source *source, struct cstorage_config *config);

/* Record that the caller changed a setting; value NULL: the caller unset it. Returns 0 or -ENOMEM. */
int config_note_setting(struct cstorage_config *config, const char *key, const char *value);
int config_note_option(struct cstorage_config *config, const char *option);
void config_forget_options(struct cstorage_config *config);

/* These variables set the driver and all driver options. */
#define ENV_DRIVER  "STORAGE_DRIVER"
#define ENV_OPTIONS "STORAGE_OPTS"

/* Replace a string by a copy of value; NULL: unset it. */
int config_set_text(char **setting, const char *value);

/* Find the additional image stores again, after the options or the driver changed. -EINVAL if an option is
 * invalid. */
int config_update_image_stores(struct cstorage_config *config);

DEFINE_CLEANUP(struct cstorage_config *, cstorage_config_free);
