/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The configuration object, and its setters. */

#include <string.h>

#include "api/public.h"
#include "config/conf-option.h"
#include "config/config.h"

_public_ int cstorage_config_new(struct cstorage_config **ret) {
        struct cstorage_config *config;

        if (!ret)
                return -EINVAL;
        config = calloc(1, sizeof(*config));
        if (!config)
                return -ENOMEM;
        *ret = config;
        return 0;
}

_public_ struct cstorage_config *cstorage_config_free(struct cstorage_config *config) {
        if (!config)
                return NULL;
        free(config->graphroot);
        free(config->runroot);
        free(config->imagestore);
        free(config->driver);
        strlist_done(&config->options);
        strlist_done(&config->image_stores);
        strlist_done(&config->driver_priority);
        conf_done(&config->conf);
        free(config->settings);
        arena_done(&config->arena);
        free(config);
        return NULL;
}

int config_set_text(char **setting, const char *value) {
        char *copy = NULL;

        if (value) {
                copy = strdup(value);
                if (!copy)
                        return -ENOMEM;
        }
        free(*setting);
        *setting = copy;
        return 0;
}

static int set_noted(struct cstorage_config *config, char **setting, const char *key, const char *value) {
        int r;

        r = config_note_setting(config, key, value);
        return r < 0 ? r : config_set_text(setting, value);
}

static bool is_absolute_or_null(const char *path) {
        return !path || *path == '/';
}

_public_ int cstorage_config_set_graphroot(struct cstorage_config *config, const char *path) {
        if (!config || !is_absolute_or_null(path))
                return -EINVAL;
        return set_noted(config, &config->graphroot, "storage.graphroot", path);
}

_public_ int cstorage_config_set_runroot(struct cstorage_config *config, const char *path) {
        if (!config || !is_absolute_or_null(path))
                return -EINVAL;
        return set_noted(config, &config->runroot, "storage.runroot", path);
}

_public_ int cstorage_config_set_imagestore(struct cstorage_config *config, const char *path) {
        if (!config || !is_absolute_or_null(path))
                return -EINVAL;
        return set_noted(config, &config->imagestore, "storage.imagestore", path);
}

_public_ int cstorage_config_set_transient(struct cstorage_config *config, bool transient) {
        if (!config)
                return -EINVAL;
        config->transient = transient;
        return config_note_setting(config, "storage.transient_store", transient ? "true" : "false");
}

/* The set of additional image stores depends on the driver, because an option may name one. */
static int find_image_stores(const struct cstorage_config *config, const char *driver,
                             struct strlist *stores) {
        int r = 0;

        for (size_t i = 0; i < config->options.n && r >= 0; i++)
                r = conf_add_image_stores(config->options.s[i], driver, stores);
        return r;
}

static void replace_image_stores(struct cstorage_config *config, struct strlist *stores) {
        strlist_done(&config->image_stores);
        config->image_stores = *stores;
        *stores = STRLIST_INIT;
}

int config_update_image_stores(struct cstorage_config *config) {
        _cleanup_strlist_ struct strlist stores = STRLIST_INIT;
        int r;

        r = find_image_stores(config, config->driver, &stores);
        if (r < 0)
                return r;
        replace_image_stores(config, &stores);
        return 0;
}

_public_ int cstorage_config_set_driver(struct cstorage_config *config, const char *name) {
        _cleanup_strlist_ struct strlist stores = STRLIST_INIT;
        int r;

        if (!config || (name && !*name))
                return -EINVAL;
        r = find_image_stores(config, name, &stores);
        if (r < 0)
                return r;
        r = set_noted(config, &config->driver, "storage.driver", name);
        if (r < 0)
                return r;
        replace_image_stores(config, &stores);
        return 0;
}

_public_ int cstorage_config_add_option(struct cstorage_config *config, const char *option) {
        int r;

        if (!config || !option)
                return -EINVAL;
        r = strlist_add(&config->options, option);
        if (r < 0)
                return r;
        r = config_update_image_stores(config);
        if (r >= 0)
                r = config_note_option(config, option);
        if (r < 0)
                strlist_drop_last(&config->options);
        return r;
}

_public_ void cstorage_config_clear_options(struct cstorage_config *config) {
        if (!config)
                return;
        strlist_done(&config->options);
        strlist_done(&config->image_stores);
        config_forget_options(config);
}

_public_ const char *cstorage_config_get_graphroot(const struct cstorage_config *config) {
        return config->graphroot;
}

_public_ const char *cstorage_config_get_runroot(const struct cstorage_config *config) {
        return config->runroot;
}

_public_ const char *cstorage_config_get_imagestore(const struct cstorage_config *config) {
        return config->imagestore;
}

_public_ const char *cstorage_config_get_driver(const struct cstorage_config *config) {
        return config->driver;
}

_public_ bool cstorage_config_get_transient(const struct cstorage_config *config) {
        return config->transient;
}

_public_ const char *cstorage_config_get_option(const struct cstorage_config *config, size_t index) {
        return strlist_get(&config->options, index);
}

_public_ const char *cstorage_config_get_additional_image_store(const struct cstorage_config *config,
                                                                size_t index) {
        return strlist_get(&config->image_stores, index);
}

_public_ const char *cstorage_config_get_driver_priority(const struct cstorage_config *config, size_t index) {
        return strlist_get(&config->driver_priority, index);
}
