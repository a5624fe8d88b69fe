/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The files of storage.conf and their order (pkg/configfile/parse.go:Read). Links are followed, because the
 * administrator controls these paths. */

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/array.h"
#include "base/dir.h"
#include "base/fd.h"
#include "base/text.h"
#include "config/config.h"
#include "toml/toml.h"

#define FILE_NAME     "containers/storage.conf"
#define DROPIN_SUFFIX ".conf"

/* Variables with paths of files. */
#define ENV_FILE     "CONTAINERS_STORAGE_CONF"
#define ENV_OVERRIDE "CONTAINERS_STORAGE_CONF_OVERRIDE"
#define ENV_CONFIG   "XDG_CONFIG_HOME"

/* No system has as many. The search for duplicate names takes quadratic time. */
#define DROPINS_MAX 1000U

/* Main files: the first one that exists is read. The file of root or of the user has precedence. */
static const char *const main_files[] = {
        "/etc/containers/storage.conf",
        "/usr/share/containers/storage.conf",
};

/* The users that a directory of drop-ins applies to. */
enum audience {
        FOR_ALL,
        FOR_ROOT,
        FOR_USERS,
        FOR_USER, /* has a subdirectory for each user id */
};

/* In ascending priority: a file replaces one of the same name in an earlier directory. The directory of the
 * user's home is the last one. */
static const struct {
        const char *path;
        enum audience audience;
} dropin_directories[] = {
        {"/usr/share/containers/storage.conf.d", FOR_ALL},
        {"/usr/share/containers/storage.rootful.conf.d", FOR_ROOT},
        {"/usr/share/containers/storage.rootless.conf.d", FOR_USERS},
        {"/usr/share/containers/storage.rootless.conf.d", FOR_USER},
        {"/etc/containers/storage.conf.d", FOR_ALL},
        {"/etc/containers/storage.rootful.conf.d", FOR_ROOT},
        {"/etc/containers/storage.rootless.conf.d", FOR_USERS},
        {"/etc/containers/storage.rootless.conf.d", FOR_USER},
};

struct dropin {
        char *name, *path;
};

struct dropins {
        struct dropin *files;
        size_t n, cap;
};

struct reader {
        const struct config_source *source;
        struct conf *conf;
        struct error *reterr;
        bool other; /* a file was read that the other rules do not read */
};

/* -------------------------------------------------------------------------------------------------- files */

/* A variable may name /dev/null, to have no configuration. */
static bool is_null_device(int fd) {
        struct stat st;

        return fstat(fd, &st) >= 0 && S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3);
}

static int open_file(const char *path) {
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

        return fd < 0 ? negative_errno() : fd;
}

static int merge_open_file(struct reader *reader, const char *path, int fd) {
        _cleanup_free_ char *text = NULL;
        size_t len;
        int r;

        if (is_null_device(fd))
                return 0;
        r = read_fd(fd, TOML_TEXT_MAX, &text, &len, NULL);
        if (r == -EBADF)
                return error_set(reader->reterr, r, "%s: no regular file", path);
        if (r < 0)
                return error_errno(reader->reterr, r, "cannot read %s", path);
        return conf_merge(reader->conf, path, text, len, reader->reterr);
}

/* Returns 1 if the file exists, 0 if not. */
static int merge_if_there(struct reader *reader, const char *path) {
        _cleanup_close_ int fd = -1;
        int r;

        fd = open_file(path);
        if (fd == -ENOENT)
                return 0;
        if (fd < 0)
                return error_errno(reader->reterr, fd, "cannot open %s", path);
        r = merge_open_file(reader, path, fd);
        return r < 0 ? r : 1;
}

/* A file that a variable names must exist. */
static int merge_named(struct reader *reader, const char *variable, const char *path) {
        _cleanup_close_ int fd = -1;

        fd = open_file(path);
        if (fd < 0)
                return error_errno(reader->reterr, fd, "cannot open %s, which $%s names", path, variable);
        return merge_open_file(reader, path, fd);
}

static int merge_below_root(struct reader *reader, const char *path) {
        _cleanup_text_ struct text full = TEXT_INIT;
        int r;

        r = text_addf(&full, "%s%s", reader->source->root, path);
        if (r < 0)
                return r;
        return merge_if_there(reader, full.s);
}

/* ---------------------------------------------------------------------------------------------- main file */

/* $XDG_CONFIG_HOME counts even if it is empty: then the path is relative to the working directory. */
static int user_directory(const struct config_source *source, char **ret) {
        const char *config = config_env(source, ENV_CONFIG), *home = config_home(source);
        char *path = NULL;
        int n = 0;

        if (config)
                n = asprintf(&path, "%s%s", config, *config ? "/" : "");
        else if (home)
                n = asprintf(&path, "%s/.config/", home);
        if (n < 0)
                return -ENOMEM;
        *ret = path;
        return 0;
}

static int user_file(const struct config_source *source, const char *suffix, char **ret) {
        _cleanup_free_ char *directory = NULL;
        char *path = NULL;
        int r;

        r = user_directory(source, &directory);
        if (r < 0)
                return r;
        if (directory && asprintf(&path, "%s" FILE_NAME "%s", directory, suffix) < 0)
                return -ENOMEM;
        *ret = path;
        return 0;
}

static int merge_user_file(struct reader *reader) {
        _cleanup_free_ char *path = NULL;
        int r;

        r = user_file(reader->source, "", &path);
        if (r < 0 || !path)
                return r;
        return merge_if_there(reader, path);
}

static int merge_system_file(struct reader *reader) {
        int r = 0;

        for (size_t i = 0; i < ARRAY_SIZE(main_files) && r == 0; i++)
                r = merge_below_root(reader, main_files[i]);
        return r;
}

/* ----------------------------------------------------------------------------------------------- drop-ins */

static void dropins_done(struct dropins *dropins) {
        for (size_t i = 0; i < dropins->n; i++) {
                free(dropins->files[i].name);
                free(dropins->files[i].path);
        }
        free(dropins->files);
}

static int find_or_add(struct dropins *dropins, const char *name, struct dropin **ret) {
        char *copy;
        int r;

        for (size_t i = 0; i < dropins->n; i++) {
                if (strcmp(dropins->files[i].name, name) == 0) {
                        *ret = &dropins->files[i];
                        return 0;
                }
        }
        if (dropins->n == DROPINS_MAX)
                return -E2BIG;
        r = ARRAY_RESERVE(dropins->files, dropins->cap, dropins->n + 1);
        if (r < 0)
                return r;
        copy = strdup(name);
        if (!copy)
                return -ENOMEM;
        *ret = &dropins->files[dropins->n++];
        **ret = (struct dropin){.name = copy};
        return 0;
}

static int add_dropin(struct dropins *dropins, const char *directory, const char *name) {
        struct dropin *dropin;
        char *path;
        int r;

        r = find_or_add(dropins, name, &dropin);
        if (r < 0)
                return r;
        if (asprintf(&path, "%s/%s", directory, name) < 0)
                return -ENOMEM;
        free(dropin->path);
        dropin->path = path;
        return 0;
}

static bool is_directory(int dirfd, const struct dir_entry *entry) {
        struct stat st;

        if (entry->type != DT_UNKNOWN)
                return entry->type == DT_DIR;
        return fstatat(dirfd, entry->name, &st, AT_SYMLINK_NOFOLLOW) >= 0 && S_ISDIR(st.st_mode);
}

/* All files with the suffix except directories. Releases before 1.64 also ignore links. */
static int add_directory(struct reader *reader, struct dropins *dropins, const char *path) {
        _cleanup_dir_list_ struct dir_list list = DIR_LIST_INIT;
        _cleanup_close_ int fd = -1;
        int r;

        fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0 && errno == ENOENT)
                return 0;
        r = fd < 0 ? negative_errno() : dir_list_read(&list, fd);
        if (r < 0)
                return error_errno(reader->reterr, r, "cannot read the directory %s", path);

        for (size_t i = 0; i < list.n; i++) {
                if (!has_suffix(list.entries[i].name, DROPIN_SUFFIX) || is_directory(fd, &list.entries[i]))
                        continue;
                r = add_dropin(dropins, path, list.entries[i].name);
                if (r < 0)
                        return error_errno(reader->reterr, r, "cannot take in %s/%s", path,
                                           list.entries[i].name);
        }
        return 0;
}

static bool is_for(enum audience audience, uint32_t uid) {
        return audience == FOR_ALL || (audience == FOR_ROOT) == (uid == 0);
}

static int add_system_directories(struct reader *reader, struct dropins *dropins) {
        const struct config_source *source = reader->source;
        int r;

        for (size_t i = 0; i < ARRAY_SIZE(dropin_directories); i++) {
                _cleanup_text_ struct text path = TEXT_INIT;

                if (!is_for(dropin_directories[i].audience, source->uid))
                        continue;
                r = text_addf(&path, "%s%s", source->root, dropin_directories[i].path);
                if (r >= 0 && dropin_directories[i].audience == FOR_USER)
                        r = text_addf(&path, "/%u", source->uid);
                if (r >= 0)
                        r = add_directory(reader, dropins, path.s);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int add_user_directory(struct reader *reader, struct dropins *dropins) {
        _cleanup_free_ char *path = NULL;
        int r;

        r = user_file(reader->source, ".d", &path);
        if (r < 0 || !path)
                return r;
        return add_directory(reader, dropins, path);
}

static int compare_dropins(const void *a, const void *b) {
        return strcmp(((const struct dropin *) a)->name, ((const struct dropin *) b)->name);
}

static int merge_dropins(struct reader *reader) {
        _cleanup_(dropins_done) struct dropins dropins = {0};
        int r;

        r = add_system_directories(reader, &dropins);
        if (r < 0)
                return r;
        r = add_user_directory(reader, &dropins);
        if (r < 0)
                return r;
        if (dropins.n > 0)
                qsort(dropins.files, dropins.n, sizeof(*dropins.files), compare_dropins);

        for (size_t i = 0; i < dropins.n; i++) {
                reader->other = true;
                r = merge_if_there(reader, dropins.files[i].path);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* ---------------------------------------------------------------------------------- from 1.63 on */

static int merge_main_file(struct reader *reader) {
        int r;

        r = merge_user_file(reader);
        if (r != 0) {
                reader->other = true;
                return r;
        }
        return merge_system_file(reader);
}

static int read_with_dropins(struct reader *reader) {
        const char *file = config_env_text(reader->source, ENV_FILE);
        const char *override = config_env_text(reader->source, ENV_OVERRIDE);
        int r;

        r = file ? merge_named(reader, ENV_FILE, file) : merge_main_file(reader);
        if (r < 0)
                return r;
        r = file ? 0 : merge_dropins(reader);
        if (r < 0 || !override)
                return r;
        reader->other = true;
        return merge_named(reader, ENV_OVERRIDE, override);
}

/* ---------------------------------------------------------------------------------- up to 1.62 */

/* types/options.go:isRootlessDriver */
static bool is_for_users(const char *driver) {
        static const char *const drivers[] = {"btrfs", "overlay", "overlay2", "vfs"};

        for (size_t i = 0; driver && i < ARRAY_SIZE(drivers); i++)
                if (strcmp(driver, drivers[i]) == 0)
                        return true;
        return false;
}

/* The keys of the system's file that apply to users (types/options.go:getRootlessStorageOpts). */
static bool is_users(const struct conf *conf, enum conf_key key, bool has_file) {
        if (key == CONF_ROOTLESS_STORAGE_PATH)
                return true;
        if (key == CONF_DRIVER)
                return !has_file && is_for_users(conf_get_text(conf, key));
        return !has_file && (key == CONF_DRIVER_PRIORITY || key == CONF_PULL_OPTIONS);
}

static void forget_system(struct conf *conf, bool has_file) {
        for (enum conf_key key = 0; key < _CONF_KEY_MAX; key++)
                if (!is_users(conf, key, has_file))
                        conf_forget(conf, key);
}

static int read_for_user(struct reader *reader) {
        _cleanup_free_ char *path = NULL;
        _cleanup_close_ int fd = -1;
        int r;

        r = merge_system_file(reader);
        if (r >= 0)
                r = user_file(reader->source, "", &path);
        if (r < 0)
                return r;
        fd = path ? open_file(path) : -ENOENT;
        if (fd < 0 && fd != -ENOENT)
                return error_errno(reader->reterr, fd, "cannot open %s", path);
        forget_system(reader->conf, fd >= 0);
        return fd < 0 ? 0 : merge_open_file(reader, path, fd);
}

/* Without a system file, root's own file is read only if the variable is set. */
static int read_for_root(struct reader *reader) {
        int r;

        r = merge_system_file(reader);
        if (r != 0 || !config_env_text(reader->source, ENV_CONFIG))
                return r;
        return merge_user_file(reader);
}

static int read_one_file(struct reader *reader) {
        const char *file = config_env(reader->source, ENV_FILE);

        if (file) /* even if it is empty */
                return merge_if_there(reader, file);
        return reader->source->uid == 0 ? read_for_root(reader) : read_for_user(reader);
}

/* -------------------------------------------------------------------------------------------------- both */

int config_read_files(const struct config_source *source, struct conf *conf, struct error *reterr) {
        struct reader reader = {.source = source, .conf = conf, .reterr = reterr};
        int r;

        r = source->rules == CSTORAGE_CONFIG_LEGACY ? read_one_file(&reader) : read_with_dropins(&reader);
        if (r == -ENOMEM)
                return error_errno(reterr, r, "cannot read storage.conf");
        return r < 0 ? r : reader.other || source->uid != 0;
}
