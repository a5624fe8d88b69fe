/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The two settings of containers.conf that select the directory of podman's database. */

#include "podman/conf.h"

#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/dir.h"
#include "base/fd.h"
#include "base/text.h"
#include "toml/toml.h"

#define FILE_NAME "containers/containers.conf"

/* pkg/unshare/unshare.go:GetRootlessUID */
#define ENV_UID "_CONTAINERS_ROOTLESS_UID"

static const char *const variables[] = {"CONTAINERS_CONF", "CONTAINERS_CONF_OVERRIDE"};

static const char *const system_files[] = {"/usr/share/containers/containers.conf",
                                           "/etc/containers/containers.conf"};

/* Also with ".rootful" or ".rootless" before ".conf". */
static const char *const system_stems[] = {"/usr/share/containers/containers", "/etc/containers/containers"};

void podman_conf_done(struct podman_conf *conf) {
        strlist_done(&conf->static_dirs);
        strlist_done(&conf->tmp_dirs);
}

/* ------------------------------------------------------------------------------------------- one file */

/* Keys are case-insensitive in Go. */
static bool is_key(const struct toml_value *value, const char *name) {
        return value->key && value->key_len == strlen(name) &&
               strncasecmp(value->key, name, value->key_len) == 0;
}

/* podman rejects a relative path. */
static int take_path(struct strlist *list, const struct toml_value *value) {
        if (value->type != TOML_STRING || *value->text != '/')
                return 0;
        return strlist_add(list, value->text);
}

static int take_engine(struct podman_conf *conf, const struct toml_value *engine) {
        int r = 0;

        for (const struct toml_value *v = engine->first; v && r >= 0; v = v->next) {
                if (is_key(v, "static_dir"))
                        r = take_path(&conf->static_dirs, v);
                else if (is_key(v, "tmp_dir"))
                        r = take_path(&conf->tmp_dirs, v);
        }
        return r;
}

static int take_root(struct podman_conf *conf, const struct toml_value *root) {
        int r = 0;

        for (const struct toml_value *v = root->first; v && r >= 0; v = v->next)
                if (is_key(v, "engine") && v->type == TOML_TABLE)
                        r = take_engine(conf, v);
        return r;
}

/* A file that cannot be parsed does not matter if it contains neither of the two keys. */
static int take_text(struct podman_conf *conf, const char *path, const char *text, size_t len,
                     struct error *reterr) {
        _cleanup_(toml_freep) struct toml_doc *doc = NULL;
        struct error error = {0};
        int r;

        if (!strcasestr(text, "static_dir") && !strcasestr(text, "tmp_dir"))
                return 0;
        r = toml_parse(text, len, &doc, &error);
        if (r < 0)
                return error_set(reterr, r, "cannot read %s: %s", path, error.text);
        return take_root(conf, toml_root(doc));
}

/* A file that cannot be read, or is no regular file, makes podman fail as well. */
static int take_file(struct podman_conf *conf, const char *path, struct error *reterr) {
        _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        _cleanup_free_ char *text = NULL;
        size_t len;
        int r;

        if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == EACCES))
                return 0;
        r = fd < 0 ? negative_errno() : read_fd(fd, TOML_TEXT_MAX, &text, &len, NULL);
        if (r == -EBADF)
                return 0;
        if (r < 0)
                return error_errno(reterr, r, "cannot read %s", path);
        return take_text(conf, path, text, len, reterr);
}

/* -------------------------------------------------------------------------------------------------- files */

static int take_entry(struct podman_conf *conf, const char *directory, const char *name,
                      struct error *reterr) {
        _cleanup_free_ char *path = NULL;

        if (!has_suffix(name, ".conf"))
                return 0;
        return asprintf(&path, "%s/%s", directory, name) < 0 ? -ENOMEM : take_file(conf, path, reterr);
}

static int take_directory(struct podman_conf *conf, const char *path, struct error *reterr) {
        _cleanup_dir_list_ struct dir_list list = DIR_LIST_INIT;
        _cleanup_close_ int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        int r;

        if (fd < 0)
                return 0;
        r = dir_list_read(&list, fd);
        if (r < 0)
                return error_errno(reterr, r, "cannot read the directory %s", path);
        for (size_t i = 0; i < list.n && r >= 0; i++)
                r = take_entry(conf, path, list.entries[i].name, reterr);
        return r;
}

uid_t podman_uid(void) {
        const char *text = secure_getenv(ENV_UID);
        uint64_t uid;

        return text && parse_u64(text, &uid) >= 0 ? (uid_t) uid : getuid();
}

/* The directories for all users, for root or for unprivileged users, and for one user. */
static int take_system_directories(struct podman_conf *conf, const char *stem, struct error *reterr) {
        uid_t uid = podman_uid();
        _cleanup_text_ struct text path = TEXT_INIT, special = TEXT_INIT;
        int r;

        r = text_addf(&path, "%s.conf.d", stem);
        if (r >= 0)
                r = text_addf(&special, "%s.%s.conf.d", stem, uid == 0 ? "rootful" : "rootless");
        if (r >= 0)
                r = take_directory(conf, path.s, reterr);
        if (r >= 0)
                r = take_directory(conf, special.s, reterr);
        if (r >= 0 && uid != 0)
                r = text_addf(&special, "/%u", uid);
        return r >= 0 && uid != 0 ? take_directory(conf, special.s, reterr) : r;
}

static int take_system(struct podman_conf *conf, struct error *reterr) {
        int r = 0;

        for (size_t i = 0; i < ARRAY_SIZE(system_files) && r >= 0; i++)
                r = take_file(conf, system_files[i], reterr);
        for (size_t i = 0; i < ARRAY_SIZE(system_stems) && r >= 0; i++)
                r = take_system_directories(conf, system_stems[i], reterr);
        return r;
}

/* A system unit has no $HOME, but root's podman has. */
static int user_file(char **ret) {
        const char *config = secure_getenv("XDG_CONFIG_HOME"), *home = secure_getenv("HOME");
        const struct passwd *passwd = NULL;
        int n;

        if (!home || !*home)
                passwd = getpwuid(podman_uid());
        if (passwd)
                home = passwd->pw_dir;
        if (config && *config)
                n = asprintf(ret, "%s/" FILE_NAME, config);
        else if (home && *home)
                n = asprintf(ret, "%s/.config/" FILE_NAME, home);
        else
                return 0;
        return n < 0 ? -ENOMEM : 1;
}

static int take_user(struct podman_conf *conf, struct error *reterr) {
        _cleanup_free_ char *file = NULL, *directory = NULL;
        int r = user_file(&file);

        if (r <= 0)
                return r;
        if (asprintf(&directory, "%s.d", file) < 0)
                return -ENOMEM;
        r = take_file(conf, file, reterr);
        return r < 0 ? r : take_directory(conf, directory, reterr);
}

static int take_named(struct podman_conf *conf, struct error *reterr) {
        int r = 0;

        for (size_t i = 0; i < ARRAY_SIZE(variables) && r >= 0; i++) {
                const char *path = secure_getenv(variables[i]);

                if (path && *path)
                        r = take_file(conf, path, reterr);
        }
        return r;
}

int podman_conf_read(struct podman_conf *conf, struct error *reterr) {
        int r = take_named(conf, reterr);

        if (r >= 0)
                r = take_system(conf, reterr);
        if (r >= 0)
                r = take_user(conf, reterr);
        return r == -ENOMEM ? error_errno(reterr, r, "cannot read containers.conf") : r;
}
