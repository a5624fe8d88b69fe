/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list of all settings and their origins, for display. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/public.h"
#include "base/array.h"
#include "base/text.h"
#include "config/conf-key.h"
#include "config/config.h"

/* The key of a driver option from the variable that replaces all options of the files. */
#define KEY_OPTION "option"

/* The origin of settings of the caller. */
#define ORIGIN_CALLER ""

/* Settings that are listed for every store, even if they are not set. */
static bool is_essential(enum conf_key key) {
        return key == CONF_DRIVER || key == CONF_GRAPHROOT || key == CONF_RUNROOT || key == CONF_IMAGESTORE ||
               key == CONF_TRANSIENT_STORE;
}

static const char *keep(struct cstorage_config *config, const char *text) {
        return arena_text(&config->arena, text, strlen(text));
}

static int add(struct cstorage_config *config, const char *key, const char *value, const char *origin,
               unsigned line) {
        struct cstorage_setting *setting;
        int r;

        r = ARRAY_RESERVE(config->settings, config->cap_settings, config->n_settings + 1);
        if (r < 0)
                return r;
        setting = &config->settings[config->n_settings];
        *setting = (struct cstorage_setting){.key = keep(config, key),
                                             .value = keep(config, value),
                                             .line = line};
        if (origin)
                setting->origin = keep(config, origin);
        if (!setting->key || !setting->value || (origin && !setting->origin))
                return -ENOMEM;
        config->n_settings++;
        return 0;
}

static int add_driver_option(struct cstorage_config *config, const char *option, const char *origin) {
        int r;

        r = add(config, KEY_OPTION, option, origin, 0);
        if (r >= 0)
                config->settings[config->n_settings - 1].is_option = true;
        return r;
}

/* "storage.options.overlay.mountopt". For pull_options, the name of the option follows. */
static int name_key(struct text *text, enum conf_key key, const char *name) {
        return text_addf(text, "%s.%s%s%s", conf_key_table(key), conf_key_name(key), name ? "." : "",
                         name ?: "");
}

static int add_value(struct cstorage_config *config, enum conf_key key, const char *value) {
        const struct conf_value *said = &config->conf.values[key];
        _cleanup_text_ struct text name = TEXT_INIT;
        int r;

        r = name_key(&name, key, NULL);
        if (r < 0)
                return r;
        return add(config, name.s, value, said->set ? said->file : NULL, said->set ? said->line : 0);
}

/* ----------------------------------------------------------------------------------- effective settings */

static int add_driver(const struct config_source *source, struct cstorage_config *config) {
        if (config_env_text(source, ENV_DRIVER))
                return add(config, "storage.driver", config->driver, "$" ENV_DRIVER, 0);
        return add_value(config, CONF_DRIVER, config->driver ?: "");
}

/* List the effective value, which may differ from that in the file. */
static int add_essential(const struct config_source *source, struct cstorage_config *config,
                         enum conf_key key) {
        const struct conf_value *users = &config->conf.values[CONF_ROOTLESS_STORAGE_PATH];

        if (key == CONF_DRIVER)
                return add_driver(source, config);
        if (key == CONF_RUNROOT)
                return add_value(config, key, config->runroot);
        if (key == CONF_IMAGESTORE)
                return add_value(config, key, config->imagestore ?: "");
        if (key == CONF_TRANSIENT_STORE)
                return add_value(config, key, config->transient ? "true" : "false");
        if (!conf_get_text(&config->conf, key) && source->uid != 0 && users->set)
                return add(config, "storage.graphroot", config->graphroot, users->file, users->line);
        return add_value(config, key, config->graphroot);
}

static int add_items(struct cstorage_config *config, enum conf_key key) {
        const struct conf_value *said = &config->conf.values[key];
        int r = 0;

        for (size_t i = 0; i < said->n_items && r >= 0; i++) {
                const struct conf_text *item = &said->items[i];
                _cleanup_text_ struct text name = TEXT_INIT;

                r = name_key(&name, key, item->name);
                if (r >= 0)
                        r = add(config, name.s, item->text, item->file, item->line);
        }
        return r;
}

static int add_number(struct cstorage_config *config, enum conf_key key) {
        char number[32];

        (void) snprintf(number, sizeof(number), key == CONF_FORCE_MASK ? "0o%" PRIo64 : "%" PRIu64,
                        config->conf.values[key].number);
        return add_value(config, key, number);
}

static int add_typed(struct cstorage_config *config, enum conf_key key) {
        const struct conf_value *said = &config->conf.values[key];

        switch (conf_key_info(key)->type) {
        case CONF_TYPE_STRING:
                return add_value(config, key, said->text);
        case CONF_TYPE_BOOLEAN:
                return add_value(config, key, said->number ? "true" : "false");
        case CONF_TYPE_UINT32:
                return add_number(config, key);
        case CONF_TYPE_STRINGS:
        case CONF_TYPE_MAP:
                return add_items(config, key);
        }
        return 0;
}

static int add_said(struct cstorage_config *config, enum conf_key key) {
        size_t before = config->n_settings;
        int r;

        r = add_typed(config, key);
        for (size_t i = before; i < config->n_settings; i++)
                config->settings[i].is_option = conf_key_info(key)->option;
        return r;
}

/* A key without effect: a variable replaced it, or it is listed as the graphroot. */
static bool is_void(enum conf_key key, bool replaced) {
        return key == CONF_ROOTLESS_STORAGE_PATH || (replaced && conf_key_info(key)->option);
}

static int add_options(struct cstorage_config *config) {
        int r = 0;

        for (size_t i = 0; i < config->options.n && r >= 0; i++)
                r = add_driver_option(config, config->options.s[i], "$" ENV_OPTIONS);
        return r;
}

int config_list_settings(const struct config_source *source, struct cstorage_config *config) {
        bool replaced = config_env(source, ENV_OPTIONS);
        int r = 0;

        for (enum conf_key key = 0; key < _CONF_KEY_MAX && r >= 0; key++) {
                if (is_essential(key))
                        r = add_essential(source, config, key);
                else if (config->conf.values[key].set && !is_void(key, replaced))
                        r = add_said(config, key);
        }
        return r >= 0 && replaced ? add_options(config) : r;
}

/* ------------------------------------------------------------------------------------------------ setters */

int config_note_setting(struct cstorage_config *config, const char *key, const char *value) {
        const char *copy;

        for (size_t i = 0; i < config->n_settings; i++) {
                struct cstorage_setting *setting = &config->settings[i];

                if (strcmp(setting->key, key) != 0)
                        continue;
                copy = keep(config, value ?: "");
                if (!copy)
                        return -ENOMEM;
                *setting = (struct cstorage_setting){.key = setting->key,
                                                     .value = copy,
                                                     .origin = ORIGIN_CALLER};
                return 0;
        }
        return add(config, key, value ?: "", ORIGIN_CALLER, 0);
}

int config_note_option(struct cstorage_config *config, const char *option) {
        return add_driver_option(config, option, ORIGIN_CALLER);
}

void config_forget_options(struct cstorage_config *config) {
        size_t n = 0;

        for (size_t i = 0; i < config->n_settings; i++)
                if (!config->settings[i].is_option)
                        config->settings[n++] = config->settings[i];
        config->n_settings = n;
}

/* ------------------------------------------------------------------------------------------------ getters */

_public_ const struct cstorage_setting *
cstorage_config_next_setting(const struct cstorage_config *config, const struct cstorage_setting *previous) {
        size_t next = previous ? (size_t) (previous - config->settings) + 1 : 0;

        return next < config->n_settings ? &config->settings[next] : NULL;
}

_public_ const char *cstorage_setting_get_key(const struct cstorage_setting *setting) {
        return setting->key;
}

_public_ const char *cstorage_setting_get_value(const struct cstorage_setting *setting) {
        return setting->value;
}

_public_ const char *cstorage_setting_get_origin(const struct cstorage_setting *setting) {
        return setting->origin;
}

_public_ unsigned cstorage_setting_get_line(const struct cstorage_setting *setting) {
        return setting->line;
}

_public_ enum cstorage_config_compat cstorage_config_get_compat(const struct cstorage_config *config) {
        return config->rules;
}
