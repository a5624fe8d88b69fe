/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Which services are made of quadlets. podman's generator runs beside this one, so its output is not there
 * yet: the names of the files tell. What is in a file is not looked at, and so ServiceName= is not known.
 */

#include "quadlets.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

#include "base/array.h"
#include "base/dir.h"
#include "base/fd.h"
#include "base/text.h"

/* No machine has as many; more would take time that a boot does not have. */
#define DIRECTORIES_MAX 1000U
#define QUADLETS_MAX    10000U

static const char *const roots[] = {
        "/etc/containers/systemd",
        "/run/containers/systemd",
        "/usr/share/containers/systemd",
};

/* podman has users' in there. */
#define USERS "users"

/* quadlet.go: what comes to the name of the file, before the "@" of a template. */
static const struct {
        const char *type, *more;
} types[] = {
        {".build", "-build"},     {".container", ""}, {".image", "-image"},   {".kube", ""},
        {".network", "-network"}, {".pod", "-pod"},   {".volume", "-volume"},
};

struct paths {
        char **paths;
        size_t n, cap;
};

static void strings_free(char **strings, size_t n) {
        for (size_t i = 0; i < n; i++)
                free(strings[i]);
        free(strings);
}

static void paths_done(struct paths *paths) {
        strings_free(paths->paths, paths->n);
}

void quadlets_done(struct quadlets *quadlets) {
        strings_free(quadlets->services, quadlets->n);
        *quadlets = QUADLETS_INIT;
}

static int add_path(struct paths *paths, const char *directory, const char *name) {
        _cleanup_text_ struct text path = TEXT_INIT;
        int r;

        if (paths->n == DIRECTORIES_MAX)
                return -E2BIG;
        r = ARRAY_RESERVE(paths->paths, paths->cap, paths->n + 1);
        if (r >= 0)
                r = text_addf(&path, "%s%s%s", directory, *name ? "/" : "", name);
        if (r < 0)
                return r;
        paths->paths[paths->n++] = TAKE_PTR(path.s);
        return 0;
}

static int add_service(struct quadlets *quadlets, const char *name, size_t len, const char *more) {
        _cleanup_text_ struct text service = TEXT_INIT;
        const char *at = memchr(name, '@', len);
        size_t stem = at ? (size_t) (at - name) : len;
        int r;

        if (quadlets->n == QUADLETS_MAX)
                return -E2BIG;
        r = ARRAY_RESERVE(quadlets->services, quadlets->cap, quadlets->n + 1);
        if (r >= 0)
                r = text_addf(&service, "%.*s%s%.*s.service", (int) stem, name, more, (int) (len - stem),
                              name + stem);
        if (r < 0)
                return r;
        quadlets->services[quadlets->n++] = TAKE_PTR(service.s);
        return 0;
}

static int add_file(struct quadlets *quadlets, const char *name) {
        for (size_t i = 0; i < ARRAY_SIZE(types); i++)
                if (has_suffix(name, types[i].type))
                        return add_service(quadlets, name, strlen(name) - strlen(types[i].type),
                                           types[i].more);
        return 0;
}

/* A link in there is a file to podman, wherever it leads. */
static int read_directory(struct quadlets *quadlets, struct paths *paths, const char *path, bool is_root) {
        _cleanup_dir_list_ struct dir_list list = DIR_LIST_INIT;
        _cleanup_close_ int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        int r;

        if (fd < 0)
                return errno == ENOENT || errno == ENOTDIR ? 0 : negative_errno();
        r = dir_list_read(&list, fd);
        for (size_t i = 0; i < list.n && r >= 0; i++) {
                const char *name = list.entries[i].name;

                if (list.entries[i].type != DT_DIR)
                        r = add_file(quadlets, name);
                else if (!is_root || strcmp(name, USERS) != 0)
                        r = add_path(paths, path, name);
        }
        return r;
}

int quadlets_find(struct quadlets *quadlets, struct error *reterr) {
        _cleanup_(paths_done) struct paths paths = {0};
        int r = 0;

        for (size_t i = 0; i < ARRAY_SIZE(roots) && r >= 0; i++)
                r = add_path(&paths, roots[i], "");
        /* The list grows while it is gone through. */
        for (size_t i = 0; i < paths.n && r >= 0; i++) {
                r = read_directory(quadlets, &paths, paths.paths[i], i < ARRAY_SIZE(roots));
                if (r < 0)
                        return error_errno(reterr, r, "cannot look for quadlets in %s", paths.paths[i]);
        }
        return r < 0 ? error_errno(reterr, r, "cannot look for quadlets") : 0;
}
