/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a store lies, set by hand. */

#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "public.h"

enum setting {
        SETTING_GRAPHROOT,
        SETTING_RUNROOT,
        SETTING_IMAGESTORE,
        SETTING_DRIVER,
        SETTING_COUNT,
};

struct cstorage_config {
        char *settings[SETTING_COUNT];
        bool transient;
        char **options;
        size_t n_options, cap_options;
};

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

_public_ void cstorage_config_clear_options(struct cstorage_config *config) {
        for (size_t i = 0; i < config->n_options; i++)
                free(config->options[i]);
        config->n_options = 0;
}

_public_ struct cstorage_config *cstorage_config_free(struct cstorage_config *config) {
        if (!config)
                return NULL;
        for (size_t i = 0; i < SETTING_COUNT; i++)
                free(config->settings[i]);
        cstorage_config_clear_options(config);
        free(config->options);
        free(config);
        return NULL;
}

static int set(struct cstorage_config *config, enum setting setting, const char *value) {
        char *copy = NULL;

        if (value) {
                copy = strdup(value);
                if (!copy)
                        return -ENOMEM;
        }
        free(config->settings[setting]);
        config->settings[setting] = copy;
        return 0;
}

static int set_path(struct cstorage_config *config, enum setting setting, const char *path) {
        if (!config || (path && *path != '/'))
                return -EINVAL;
        return set(config, setting, path);
}

_public_ int cstorage_config_set_graphroot(struct cstorage_config *config, const char *path) {
        return set_path(config, SETTING_GRAPHROOT, path);
}

_public_ int cstorage_config_set_runroot(struct cstorage_config *config, const char *path) {
        return set_path(config, SETTING_RUNROOT, path);
}

_public_ int cstorage_config_set_imagestore(struct cstorage_config *config, const char *path) {
        return set_path(config, SETTING_IMAGESTORE, path);
}

_public_ int cstorage_config_set_driver(struct cstorage_config *config, const char *name) {
        return config ? set(config, SETTING_DRIVER, name) : -EINVAL;
}

_public_ int cstorage_config_set_transient(struct cstorage_config *config, bool transient) {
        if (!config)
                return -EINVAL;
        config->transient = transient;
        return 0;
}

_public_ int cstorage_config_add_option(struct cstorage_config *config, const char *option) {
        char *copy;
        int r;

        if (!config || !option)
                return -EINVAL;
        r = ARRAY_RESERVE(config->options, config->cap_options, config->n_options + 1);
        if (r < 0)
                return r;
        copy = strdup(option);
        if (!copy)
                return -ENOMEM;
        config->options[config->n_options++] = copy;
        return 0;
}

_public_ const char *cstorage_config_get_graphroot(const struct cstorage_config *config) {
        return config->settings[SETTING_GRAPHROOT];
}

_public_ const char *cstorage_config_get_runroot(const struct cstorage_config *config) {
        return config->settings[SETTING_RUNROOT];
}

_public_ const char *cstorage_config_get_imagestore(const struct cstorage_config *config) {
        return config->settings[SETTING_IMAGESTORE];
}

_public_ const char *cstorage_config_get_driver(const struct cstorage_config *config) {
        return config->settings[SETTING_DRIVER];
}

_public_ bool cstorage_config_get_transient(const struct cstorage_config *config) {
        return config->transient;
}

_public_ const char *cstorage_config_get_option(const struct cstorage_config *config, size_t index) {
        return index < config->n_options ? config->options[index] : NULL;
}

/* The value of an option that names an additional image store (overlay.go:parseOptions); NULL for others. */
static const char *image_store_of(const char *option) {
        static const char *const keys[] = {"imagestore=", "additionalimagestore="};
        const char *dot = strchr(option, '.'), *equals = strchr(option, '=');

        if (dot && equals && dot < equals)
                option = dot + 1;
        for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
                if (has_prefix(option, keys[i]))
                        return option + strlen(keys[i]);
        return NULL;
}

_public_ const char *cstorage_config_get_additional_image_store(const struct cstorage_config *config,
                                                                size_t index) {
        for (size_t i = 0; i < config->n_options; i++) {
                const char *path = image_store_of(config->options[i]);

                if (path && index-- == 0)
                        return path;
        }
        return NULL;
}

/* Priorities come from storage.conf alone. */
_public_ const char *cstorage_config_get_driver_priority(const struct cstorage_config *config, size_t index) {
        (void) config;
        (void) index;
        return NULL;
}
