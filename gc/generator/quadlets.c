/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Find the services that are generated from quadlets. podman's generator runs at the same time, so its output
 * does not exist yet: the services are derived from the names of the files. The files are not read, so
 * ServiceName= is not known.
 */

#include "generator/quadlets.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

#include "base/array.h"
#include "base/dir.h"
#include "base/fd.h"
#include "base/text.h"

/* No machine has as many; more would delay the boot. */
#define DIRECTORIES_MAX 1000U
#define QUADLETS_MAX    10000U

static const char *const roots[] = {
        "/etc/containers/systemd",
        "/run/containers/systemd",
        "/usr/share/containers/systemd",
};

/* The subdirectory for unprivileged users. */
#define USERS "users"

/* quadlet.go: the suffix that is added to the name of the file, before the "@" of a template. */
static const struct {
        const char *type, *more;
} types[] = {
        {".build", "-build"},     {".container", ""}, {".image", "-image"},   {".kube", ""},
        {".network", "-network"}, {".pod", "-pod"},   {".volume", "-volume"},
};

static int add_path(struct strlist *paths, const char *directory, const char *name) {
        if (paths->n == DIRECTORIES_MAX)
                return -E2BIG;
        return strlist_addf(paths, "%s%s%s", directory, *name ? "/" : "", name);
}

static int add_service(struct strlist *services, const char *name, size_t len, const char *more) {
        const char *at = memchr(name, '@', len);
        size_t stem = at ? (size_t) (at - name) : len;

        if (services->n == QUADLETS_MAX)
                return -E2BIG;
        return strlist_addf(services, "%.*s%s%.*s.service", (int) stem, name, more, (int) (len - stem),
                            name + stem);
}

static int add_file(struct strlist *services, const char *name) {
        for (size_t i = 0; i < ARRAY_SIZE(types); i++)
                if (has_suffix(name, types[i].type))
                        return add_service(services, name, strlen(name) - strlen(types[i].type),
                                           types[i].more);
        return 0;
}

/* podman treats a link in the directory as a file, whatever its target is. */
static int read_directory(struct strlist *services, struct strlist *paths, const char *path, bool is_root) {
        _cleanup_dir_list_ struct dir_list list = DIR_LIST_INIT;
        _cleanup_close_ int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        int r;

        if (fd < 0)
                return errno == ENOENT || errno == ENOTDIR ? 0 : negative_errno();
        r = dir_list_read(&list, fd);
        for (size_t i = 0; i < list.n && r >= 0; i++) {
                const char *name = list.entries[i].name;

                if (list.entries[i].type != DT_DIR)
                        r = add_file(services, name);
                else if (!is_root || strcmp(name, USERS) != 0)
                        r = add_path(paths, path, name);
        }
        return r;
}

int quadlets_find(struct strlist *services, struct error *reterr) {
        _cleanup_strlist_ struct strlist paths = STRLIST_INIT;
        int r = 0;

        for (size_t i = 0; i < ARRAY_SIZE(roots) && r >= 0; i++)
                r = add_path(&paths, roots[i], "");
        /* The list grows during the loop. */
        for (size_t i = 0; i < paths.n && r >= 0; i++) {
                r = read_directory(services, &paths, paths.s[i], i < ARRAY_SIZE(roots));
                if (r < 0)
                        return error_errno(reterr, r, "cannot look for quadlets in %s", paths.s[i]);
        }
        return r < 0 ? error_errno(reterr, r, "cannot look for quadlets") : 0;
}
