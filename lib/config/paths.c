/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The paths of a store, from the files or their defaults. */

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "config/config.h"

#define ENV_DATA        "XDG_DATA_HOME"
#define ENV_RUNTIME_DIR "XDG_RUNTIME_DIR"
#define ENV_TEMP        "TMPDIR"

/* types/options_linux.go */
#define ROOT_GRAPHROOT "/var/lib/containers/storage"
#define ROOT_RUNROOT   "/run/containers/storage"

/* Relative to directories of the user (types/options.go:setDefaultRootlessStoreOptions). */
#define USER_GRAPHROOT "containers/storage"
#define USER_DATA      ".local/share/" USER_GRAPHROOT
#define USER_RUNROOT   "containers"

/* Resolve all links. If the path does not exist, clean it lexically. */
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

/* The path that a key sets, or NULL. */
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

/* homedir_unix.go:isWriteableOnlyByOwner */
static bool is_private(const char *path) {
        struct stat st;

        return lstat(path, &st) >= 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid() &&
               (st.st_mode & 0722) == 0700;
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

/* Without the variable: /run/user/<uid> or $TMPDIR/storage-run-<uid>, the first that only the user can write
 * to, as in pkg/homedir/homedir_unix.go:GetRuntimeDir. No directory is created. */
static int find_runtime_dir(const struct config_source *source, struct text *ret) {
        const char *tmp = config_env_text(source, ENV_TEMP);
        _cleanup_text_ struct text user = TEXT_INIT;
        int r;

        r = text_addf(&user, "%s/run/user/%u", source->root, source->uid);
        if (r >= 0 && is_private(user.s))
                return text_addf(ret, "/run/user/%u", source->uid);
        if (r >= 0)
                r = text_addf(ret, "%s/storage-run-%u", tmp ?: "/tmp", source->uid);
        if (r < 0)
                return r;
        return is_private(ret->s) ? 0 : -ENOENT;
}

static int default_runroot(const struct config_source *source, char **ret, struct error *reterr) {
        const char *runtime = config_env_text(source, ENV_RUNTIME_DIR);
        _cleanup_text_ struct text found = TEXT_INIT;
        _cleanup_free_ char *resolved = NULL;
        int r;

        if (source->uid == 0)
                return copy(ROOT_RUNROOT, ret);
        r = runtime || source->unresolved ? 0 : find_runtime_dir(source, &found);
        if (r == -ENOENT || (!runtime && source->unresolved))
                return error_set(reterr, -ENOENT,
                                 "the runroot of user %u is not known: set $" ENV_RUNTIME_DIR, source->uid);
        if (r < 0)
                return r;
        if (!runtime)
                return join(found.s, USER_RUNROOT, ret);
        resolved = source->unresolved ? NULL : realpath(runtime, NULL);
        return join(resolved ? resolved : runtime, USER_RUNROOT, ret);
}

/* rootless_storage_path applies to users only, and only if no graphroot is set. */
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

/* This path is neither expanded nor cleaned. */
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

int config_load_paths(const struct config_source *source, struct cstorage_config *config,
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
