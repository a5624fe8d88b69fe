/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A configuration from the files and the environment (types/options.go:LoadStoreOptions). Whatever is not
 * understood makes that there is none: who deletes things must not guess where. */

#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "config.h"
#include "format/conf-option.h"
#include "public.h"

#define ENV_HOME        "HOME"
#define ENV_UID         "_CONTAINERS_ROOTLESS_UID"
#define ENV_DRIVER      "STORAGE_DRIVER"
#define ENV_OPTIONS     "STORAGE_OPTS"
#define ENV_DATA        "XDG_DATA_HOME"
#define ENV_RUNTIME_DIR "XDG_RUNTIME_DIR"

/* types/options_linux.go */
#define ROOT_GRAPHROOT "/var/lib/containers/storage"
#define ROOT_RUNROOT   "/run/containers/storage"

/* Below the user's directories (types/options.go:setDefaultRootlessStoreOptions). */
#define USER_GRAPHROOT "containers/storage"
#define USER_DATA      ".local/share/" USER_GRAPHROOT
#define USER_RUNROOT   "containers"

/* The passwd entry of one user. Larger ones are no home to anyone. */
#define PASSWD_MAX 16384

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

/* ------------------------------------------------------------------------------------------------- paths */

/* All links resolved; where that cannot be, because it is not there, cleaned by its text. */
static int resolve_path(const struct config_source *source, const char *path, char **ret) {
        _cleanup_free_ char *full = NULL, *resolved = NULL;
        size_t root = strlen(source->root);
        char *below;

        if (source->unresolved)
                return conf_clean_path(path, ret);
        if (asprintf(&full, "%s%s", source->root, path) < 0)
                return -ENOMEM;
        resolved = realpath(full, NULL);
        if (!resolved || strncmp(resolved, source->root, root) != 0 || resolved[root] != '/')
                return conf_clean_path(path, ret);

        below = strdup(resolved + root);
        if (!below)
                return -ENOMEM;
        *ret = below;
        return 0;
}

static int must_be_absolute(const struct conf *conf, enum conf_key key, const char *path,
                            struct error *reterr) {
        const struct conf_value *value = &conf->values[key];

        if (*path == '/')
                return 0;
        return error_set(reterr, -EBADMSG, "%s: line %u: %s must be an absolute path, not \"%s\"",
                         value->file, value->line, conf_key_name(key), path);
}

/* What a key says of a path, or NULL where it says nothing. */
static int load_path(const struct config_source *source, const struct conf *conf, enum conf_key key,
                     char **ret, struct error *reterr) {
        _cleanup_free_ char *expanded = NULL;
        const char *text = conf_get_text(conf, key);
        int r;

        if (!text) {
                *ret = NULL;
                return 0;
        }
        r = conf_expand_path(text, source->uid, &source->env, &expanded);
        if (r < 0)
                return r;
        r = must_be_absolute(conf, key, expanded, reterr);
        if (r < 0)
                return r;
        return resolve_path(source, expanded, ret);
}

static int join(const char *directory, const char *name, char **ret) {
        char *path;

        if (asprintf(&path, "%s/%s", directory, name) < 0)
                return -ENOMEM;
        *ret = path;
        return 0;
}

static int copy(const char *s, char **ret) {
        char *c = strdup(s);

        if (!c)
                return -ENOMEM;
        *ret = c;
        return 0;
}

static int default_graphroot(const struct config_source *source, char **ret, struct error *reterr) {
        const char *data = config_env_text(source, ENV_DATA), *home = config_home(source);

        if (source->uid == 0)
                return copy(ROOT_GRAPHROOT, ret);
        if (data)
                return join(data, USER_GRAPHROOT, ret);
        if (home)
                return join(home, USER_DATA, ret);
        return error_set(reterr, -ENOENT, "user %u has no home directory: set $HOME", source->uid);
}

static int default_runroot(const struct config_source *source, char **ret, struct error *reterr) {
        const char *runtime = config_env_text(source, ENV_RUNTIME_DIR);
        _cleanup_free_ char *resolved = NULL;

        if (source->uid == 0)
                return copy(ROOT_RUNROOT, ret);
        if (!runtime)
                return error_set(reterr, -ENOENT,
                                 "the runroot of user %u is not known: set $" ENV_RUNTIME_DIR, source->uid);
        resolved = source->unresolved ? NULL : realpath(runtime, NULL);
        return join(resolved ? resolved : runtime, USER_RUNROOT, ret);
}

/* rootless_storage_path counts for users, and only where no graphroot is set. */
static int load_graphroot(const struct config_source *source, const struct conf *conf, char **ret,
                          struct error *reterr) {
        char *path;
        int r;

        r = load_path(source, conf, CONF_GRAPHROOT, &path, reterr);
        if (r >= 0 && !path && source->uid != 0)
                r = load_path(source, conf, CONF_ROOTLESS_STORAGE_PATH, &path, reterr);
        if (r < 0)
                return r;
        if (!path)
                return default_graphroot(source, ret, reterr);
        *ret = path;
        return 0;
}

static int load_runroot(const struct config_source *source, const struct conf *conf, char **ret,
                        struct error *reterr) {
        char *path;
        int r;

        r = load_path(source, conf, CONF_RUNROOT, &path, reterr);
        if (r < 0)
                return r;
        if (!path)
                return default_runroot(source, ret, reterr);
        *ret = path;
        return 0;
}

/* Neither expanded nor cleaned. */
static int load_imagestore(const struct conf *conf, const char *graphroot, char **ret, struct error *reterr) {
        const struct conf_value *value = &conf->values[CONF_IMAGESTORE];
        const char *path = conf_get_text(conf, CONF_IMAGESTORE);
        int r;

        if (!path)
                return 0;
        r = must_be_absolute(conf, CONF_IMAGESTORE, path, reterr);
        if (r < 0)
                return r;
        if (strcmp(path, graphroot) == 0)
                return error_set(reterr, -EBADMSG, "%s: line %u: imagestore must not be the graphroot",
                                 value->file, value->line);
        return copy(path, ret);
}

static int load_paths(const struct config_source *source, struct cstorage_config *config,
                      struct error *reterr) {
        int r;

        r = load_graphroot(source, &config->conf, &config->graphroot, reterr);
        if (r < 0)
                return r;
        r = load_runroot(source, &config->conf, &config->runroot, reterr);
        if (r < 0)
                return r;
        return load_imagestore(&config->conf, config->graphroot, &config->imagestore, reterr);
}

/* ------------------------------------------------------------------------------------------------ drivers */

static int load_driver(const struct config_source *source, struct cstorage_config *config) {
        const char *driver = config_env_text(source, ENV_DRIVER);

        if (!driver)
                driver = conf_get_text(&config->conf, CONF_DRIVER);
        if (!driver)
                return 0;
        return copy(strcmp(driver, "overlay2") == 0 ? "overlay" : driver, &config->driver);
}

static int load_driver_priority(struct cstorage_config *config) {
        const struct conf_value *value = &config->conf.values[CONF_DRIVER_PRIORITY];
        int r = 0;

        for (size_t i = 0; i < value->n_items && r >= 0; i++)
                r = strlist_add(&config->driver_priority, value->items[i].text);
        return r;
}

/* The variable takes the place of every option, and so of the additional stores in the files. */
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

static int load(const struct config_source *source, struct cstorage_config *config, struct error *reterr) {
        int r;

        r = config_read_files(source, &config->conf, reterr);
        if (r < 0)
                return r;
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
        return load_paths(source, config, reterr);
}

int config_load_from(const struct config_source *source, struct cstorage_config **ret, struct error *reterr) {
        _cleanup_(cstorage_config_freep) struct cstorage_config *config = NULL;
        int r;

        r = cstorage_config_new(&config);
        if (r >= 0)
                r = load(source, config, reterr);
        if (r == -ENOMEM)
                return error_errno(reterr, r, "cannot load the configuration");
        if (r < 0)
                return r;
        *ret = TAKE_PTR(config);
        return 0;
}

static const char *get_process_env(void *userdata, const char *name) {
        (void) userdata;
        return secure_getenv(name);
}

/* pkg/unshare/unshare.go:GetRootlessUID: who this is outside of the user namespace that podman made. */
static uint32_t get_uid(void) {
        const char *text = secure_getenv(ENV_UID);
        uint64_t uid;

        if (text && parse_u64(text, &uid) >= 0 && uid <= UINT32_MAX)
                return (uint32_t) uid;
        return getuid();
}

static int load_from_system(bool unresolved, struct cstorage_config **ret, struct error *reterr) {
        struct config_source source = {.root = "",
                                       .uid = get_uid(),
                                       .env.get = get_process_env,
                                       .unresolved = unresolved};
        char entry[PASSWD_MAX];
        struct passwd passwd, *found;

        /* To ask takes as many files as all that is read otherwise. */
        if (!config_env_text(&source, "HOME") &&
            getpwuid_r(source.uid, &passwd, entry, sizeof(entry), &found) == 0 && found)
                source.home = found->pw_dir;
        return config_load_from(&source, ret, reterr);
}

_public_ int cstorage_config_load(struct cstorage_config **ret, struct cstorage_error *reterr) {
        return ret ? load_from_system(false, ret, error_of(reterr)) : -EINVAL;
}

_public_ int cstorage_config_load_unresolved(struct cstorage_config **ret, struct cstorage_error *reterr) {
        return ret ? load_from_system(true, ret, error_of(reterr)) : -EINVAL;
}
