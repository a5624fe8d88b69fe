/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Loading of a configuration from files and environment (types/options.go:LoadStoreOptions). Any error
 * refuses the whole configuration: a program that deletes data must not guess the location of a store. */

#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "api/arguments.h"
#include "api/public.h"
#include "base/text.h"
#include "config/conf-option.h"
#include "config/config.h"

#define ENV_UID "_CONTAINERS_ROOTLESS_UID"

/* The passwd entry of one user. No real one is larger. */
#define PASSWD_MAX 16384

/* ------------------------------------------------------------------------------------------------ drivers */

static int load_driver(const struct config_source *source, struct cstorage_config *config) {
        const char *driver = config_env_text(source, ENV_DRIVER);

        if (!driver)
                driver = conf_get_text(&config->conf, CONF_DRIVER);
        if (!driver)
                return 0;
        return config_set_text(&config->driver, strcmp(driver, "overlay2") == 0 ? "overlay" : driver);
}

static int load_driver_priority(struct cstorage_config *config) {
        const struct conf_value *value = &config->conf.values[CONF_DRIVER_PRIORITY];
        int r = 0;

        for (size_t i = 0; i < value->n_items && r >= 0; i++)
                r = strlist_add(&config->driver_priority, value->items[i].text);
        return r;
}

/* The variable replaces all options, including the additional image stores of the files. */
static int load_options(const struct config_source *source, struct cstorage_config *config,
                        struct error *reterr) {
        const char *options = config_env(source, ENV_OPTIONS);
        int r;

        r = options ? conf_split_options(options, &config->options)
                    : conf_add_driver_options(&config->conf, &config->options);
        if (r < 0)
                return r;
        r = config_update_image_stores(config);
        if (r == -EINVAL)
                return error_set(
                        reterr, -EBADMSG,
                        "%s: a driver option is no key=value, or names an additional image store by a path "
                        "that is not absolute",
                        options ? "$" ENV_OPTIONS : "storage.conf");
        return r;
}

/* ------------------------------------------------------------------------------------------------ loading */

/* Returns 1 if the other rules may have another result, else 0. */
static int load(const struct config_source *source, struct cstorage_config *config, struct error *reterr) {
        int r, other;

        config->rules = source->rules;
        other = config_read_files(source, &config->conf, reterr);
        if (other < 0)
                return other;
        r = load_driver(source, config);
        if (r < 0)
                return r;
        r = load_driver_priority(config);
        if (r < 0)
                return r;
        r = load_options(source, config, reterr);
        if (r < 0)
                return r;
        config->transient = conf_get_flag(&config->conf, CONF_TRANSIENT_STORE);
        r = config_load_paths(source, config, reterr);
        if (r < 0)
                return r;
        r = config_list_settings(source, config);
        return r < 0 ? r : other;
}

static int load_by(const struct config_source *source, enum cstorage_config_compat rules,
                   struct cstorage_config **ret, struct error *reterr) {
        _cleanup_(cstorage_config_freep) struct cstorage_config *config = NULL;
        struct config_source by = *source;
        int r;

        by.rules = rules;
        r = cstorage_config_new(&config);
        if (r >= 0)
                r = load(&by, config, reterr);
        if (r == -ENOMEM)
                return error_errno(reterr, r, "cannot load the configuration");
        if (r < 0)
                return r;
        *ret = TAKE_PTR(config);
        return r;
}

/* If releases of one kind refuse the files, they use no store, so the result of the other rules counts. Only
 * an error in the contents (-EBADMSG) makes them refuse; a file that is unreadable at the moment does not. */
static int load_by_either(const struct config_source *source, struct cstorage_config **ret,
                          struct error *reterr) {
        _cleanup_(cstorage_config_freep) struct cstorage_config *dropins = NULL, *one_file = NULL;
        int r;

        r = load_by(source, CSTORAGE_CONFIG_CURRENT, &dropins, reterr);
        if (r == -EBADMSG && !source->unresolved && load_by(source, CSTORAGE_CONFIG_LEGACY, ret, NULL) >= 0)
                return 0;
        if (r < 0)
                return r;
        if (r == 0 || source->unresolved || load_by(source, CSTORAGE_CONFIG_LEGACY, &one_file, NULL) < 0) {
                *ret = TAKE_PTR(dropins);
                return 0;
        }
        return config_take(source, &dropins, &one_file, ret, reterr);
}

int config_load_from(const struct config_source *source, struct cstorage_config **ret, struct error *reterr) {
        int r;

        if (source->rules == CSTORAGE_CONFIG_AUTO)
                return load_by_either(source, ret, reterr);
        r = load_by(source, source->rules, ret, reterr);
        return r < 0 ? r : 0;
}

static const char *get_process_env(void *userdata, const char *name) {
        (void) userdata;
        return secure_getenv(name);
}

/* pkg/unshare/unshare.go:GetRootlessUID: the user id outside of the user namespace that podman created. */
static uint32_t get_uid(void) {
        const char *text = secure_getenv(ENV_UID);
        uint64_t uid;

        if (text && parse_u64(text, &uid) >= 0 && uid <= UINT32_MAX)
                return (uint32_t) uid;
        return getuid();
}

static int load_from_system(const struct cstorage_config_options *options, struct cstorage_config **ret,
                            struct error *reterr) {
        struct config_source source = {.root = "",
                                       .uid = get_uid(),
                                       .env.get = get_process_env,
                                       .rules = options->rules,
                                       .unresolved = options->flags & CSTORAGE_CONFIG_LEXICAL};
        char entry[PASSWD_MAX];
        struct passwd passwd, *found;

        /* Only if needed: the lookup opens as many files as everything else here. */
        if (!config_env_text(&source, "HOME") &&
            getpwuid_r(source.uid, &passwd, entry, sizeof(entry), &found) == 0 && found)
                source.home = found->pw_dir;
        return config_load_from(&source, ret, reterr);
}

static int check_load_options(const struct cstorage_config_options *options, struct error *reterr) {
        int r;

        r = check_options(options->size, sizeof(*options), options->flags, CSTORAGE_CONFIG_LEXICAL,
                          "configuration", reterr);
        if (r >= 0 && (unsigned) options->rules > CSTORAGE_CONFIG_LEGACY)
                return error_set(reterr, -EINVAL, "the rules of the configuration are not known here");
        return r;
}

_public_ int cstorage_config_load_with(const struct cstorage_config_options *options,
                                       struct cstorage_config **ret, struct cstorage_error *reterr) {
        static const struct cstorage_config_options defaults = {.size = sizeof(defaults)};
        int r;

        if (!ret)
                return -EINVAL;
        r = options ? check_load_options(options, error_of(reterr)) : 0;
        return r < 0 ? r : load_from_system(options ?: &defaults, ret, error_of(reterr));
}

_public_ int cstorage_config_load(struct cstorage_config **ret, struct cstorage_error *reterr) {
        return cstorage_config_load_with(NULL, ret, reterr);
}
