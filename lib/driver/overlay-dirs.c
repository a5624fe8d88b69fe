/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The directories of an overlay mount, and their form in its options. */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/fd.h"
#include "driver/layer-dir.h"
#include "driver/overlay-dirs.h"
#include "driver/overlay.h"

/* Each change of the id mapping renames them by one (overlay.go:UpdateLayerIDMap), so there may be as many as
 * layers. */
#define OLD_UPPERS_MAX LOWERS_MAX

/* Characters with a meaning to overlayfs, or before that to SELinux. */
#define MEANINGFUL ",:\\\"'"

static void dir_done(struct overlay_dir *dir) {
        free(dir->path);
        close_fd(dir->fd);
}

void overlay_dirs_done(struct overlay_dirs *dirs) {
        for (size_t i = 0; i < dirs->n; i++)
                dir_done(&dirs->lowers[i]);
        free(dirs->lowers);
        dir_done(&dirs->upper);
        dir_done(&dirs->work);
        *dirs = OVERLAY_DIRS_INIT;
}

/* --------------------------------------------------------------------------------------------- find */

static int set_dir(struct overlay_dir *dir, int home_fd, const char *id, const char *name) {
        char path[LAYER_PATH_MAX];

        *dir = (struct overlay_dir){.home_fd = home_fd, .fd = -1};
        dir->path = strdup(driver_layer_path(OVERLAY_LAYERS_DIR, id, name, path));
        return dir->path ? 0 : -ENOMEM;
}

static int add_lower(struct overlay_dirs *dirs, int home_fd, const char *id, const char *name) {
        int r;

        r = ARRAY_RESERVE(dirs->lowers, dirs->cap, dirs->n + 1);
        if (r >= 0)
                r = set_dir(&dirs->lowers[dirs->n], home_fd, id, name);
        if (r >= 0)
                dirs->n++;
        return r;
}

static bool has(int home_fd, const char *id, const char *name) {
        char path[LAYER_PATH_MAX];

        return faccessat(home_fd, driver_layer_path(OVERLAY_LAYERS_DIR, id, name, path), F_OK,
                         AT_SYMLINK_NOFOLLOW) >= 0;
}

static int add_old_uppers(struct overlay_dirs *dirs, int home_fd, const char *id) {
        char name[32];
        int r = 0;

        for (size_t i = 1; i <= OLD_UPPERS_MAX && r >= 0; i++) {
                (void) snprintf(name, sizeof(name), "/diff%zu", i);
                if (!has(home_fd, id, name))
                        return 0;
                r = add_lower(dirs, home_fd, id, name);
        }
        return r;
}

static int refuse_composefs(int home_fd, const char *id, struct error *reterr) {
        if (!has(home_fd, id, "/composefs-data/composefs.blob"))
                return 0;
        return error_set(reterr, -EOPNOTSUPP,
                         "layer %s is kept as a composefs image, which cannot be mounted here", id);
}

static int find_home(const struct homes *homes, const char *id, struct error *reterr) {
        for (size_t i = 0; i < homes->n; i++)
                if (homes->fds[i] >= 0 && has(homes->fds[i], id, "/diff"))
                        return homes->fds[i];
        return error_set(reterr, -ENOENT, "layer %s, a lower of the layer, has no directory in the store",
                         id);
}

static int add_parent(struct overlay_dirs *dirs, const struct homes *homes, const char *id,
                      struct error *reterr) {
        int home_fd = find_home(homes, id, reterr), r;

        if (home_fd < 0)
                return home_fd;
        r = refuse_composefs(home_fd, id, reterr);
        if (r >= 0)
                r = add_lower(dirs, home_fd, id, "/diff");
        return r < 0 ? r : add_old_uppers(dirs, home_fd, id);
}

static int add_top(struct overlay_dirs *dirs, int home_fd, const char *id, bool read_only,
                   struct error *reterr) {
        int r;

        r = refuse_composefs(home_fd, id, reterr);
        if (r < 0)
                return r;
        if (read_only) {
                r = add_lower(dirs, home_fd, id, "/diff");
        } else {
                r = set_dir(&dirs->upper, home_fd, id, "/diff");
                if (r >= 0)
                        r = set_dir(&dirs->work, home_fd, id, "/work");
        }
        return r < 0 ? r : add_old_uppers(dirs, home_fd, id);
}

int overlay_dirs_find(struct overlay_dirs *dirs, const struct homes *homes, size_t home,
                      const struct layer_mount *mount, bool read_only, struct error *reterr) {
        int home_fd = homes->fds[home], r;

        r = add_top(dirs, home_fd, mount->id, read_only, reterr);
        for (size_t i = 0; mount->parents && mount->parents[i] && r >= 0; i++)
                r = i < LOWERS_MAX ? add_parent(dirs, homes, mount->parents[i], reterr)
                                   : error_set(reterr, -E2BIG, "layer %s has more than %u lowers", mount->id,
                                               LOWERS_MAX);
        if (r < 0)
                return r;

        /* An overlay needs a lower directory, even an empty one. */
        return dirs->n > (read_only ? 1U : 0U) ? 0 : add_lower(dirs, home_fd, mount->id, "/empty");
}

/* -------------------------------------------------------------------------------------------- write */

static int write_path(const struct overlay_dir *dir, const char *before, struct text *text) {
        _cleanup_free_ char *home = NULL;
        int r;

        r = fd_path(dir->home_fd, &home);
        if (r < 0)
                return r;
        if (strpbrk(home, MEANINGFUL) || strpbrk(dir->path, MEANINGFUL))
                return -EINVAL;
        return text_addf(text, "%s%s/%s", before, home, dir->path);
}

int overlay_dirs_write_paths(const struct overlay_dirs *dirs, struct text *text) {
        int r = 0;

        for (size_t i = 0; i < dirs->n && r >= 0; i++)
                r = write_path(&dirs->lowers[i], i == 0 ? "lowerdir=" : ":", text);
        if (r >= 0 && dirs->upper.path)
                r = write_path(&dirs->upper, ",upperdir=", text);
        if (r >= 0 && dirs->work.path)
                r = write_path(&dirs->work, ",workdir=", text);
        return r;
}

static int write_number(struct overlay_dir *dir, const char *before, struct text *text) {
        dir->fd = open_beneath(dir->home_fd, dir->path, O_PATH | O_DIRECTORY);
        return dir->fd < 0 ? dir->fd : text_addf(text, "%s%d", before, dir->fd);
}

/* The path contains the id, which shows to people and programs which layer is mounted. */
static int write_below_number(const struct overlay_dir *dir, const char *before, struct text *text) {
        if (strpbrk(dir->path, MEANINGFUL))
                return -EINVAL;
        return text_addf(text, "%s%d/%s", before, dir->home_fd, dir->path);
}

int overlay_dirs_write_numbers(struct overlay_dirs *dirs, struct text *text) {
        int r = 0;

        for (size_t i = 0; i < dirs->n && r >= 0; i++)
                r = write_number(&dirs->lowers[i], i == 0 ? "lowerdir=" : ":", text);
        if (r >= 0 && dirs->upper.path)
                r = write_below_number(&dirs->upper, ",upperdir=", text);
        if (r >= 0 && dirs->work.path)
                r = write_below_number(&dirs->work, ",workdir=", text);
        return r;
}
