/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mounting and unmounting of overlay layers (overlay.go:get, Put). */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/text.h"
#include "base/userns.h"
#include "driver/content.h"
#include "driver/layer-dir.h"
#include "driver/mount-options.h"
#include "driver/mount-syscalls.h"
#include "driver/overlay-dirs.h"
#include "driver/overlay-mountpoint.h"
#include "tree/delete.h"

#define NEW_MOUNT_POINT "merged.1"

#define METACOPY "metacopy=on"

/* SupportsNativeOverlay() (overlay.go) writes this file: the layers need a mount program. */
#define PROGRAM_FLAG      ".has-mount-program"
#define PROGRAM_FLAG_TRUE "true"

static int mount_error(struct error *reterr, int code, int dirfd, const char *name, const char *what) {
        _cleanup_free_ char *path = path_below(dirfd, name);

        return error_errno(reterr, code, "%s %s", what, path ? path : name);
}

/* ------------------------------------------------------------------------------------------ options */

static int add_given(struct mount_options *data, const struct layer_mount *mount, struct error *reterr) {
        int r = 0;

        for (size_t i = 0; mount->options[i] && r >= 0; i++)
                r = mount_options_add(data, mount->options[i], reterr);
        return r;
}

/* As overlay.go:get: the options of the configuration apply if the caller gives none. metacopy always
 * applies, because without it files in the layers may have no data. */
static int add_options(struct mount_options *data, const struct homes *homes, const struct layer_mount *mount,
                       struct error *reterr) {
        int r;

        if (!mount->options || !mount->options[0])
                return homes->mount_options ? mount_options_add(data, homes->mount_options, reterr) : 0;

        r = add_given(data, mount, reterr);
        if (r >= 0 && mount_options_have(homes->mount_options, METACOPY) &&
            !mount_options_have(data->text.s, METACOPY))
                r = mount_options_add(data, METACOPY, reterr);
        return r;
}

/* A user namespace requires userxattr, which excludes some other features (fs/overlayfs/params.c:
 * ovl_fs_params_verify). */
static int fill_data(struct mount_options *data, const struct homes *homes, const struct layer_mount *mount,
                     struct error *reterr) {
        bool in_userns = in_user_namespace();
        int r;

        data->without = in_userns ? METACOPY : NULL;
        r = add_options(data, homes, mount, reterr);
        if (r >= 0 && in_userns && !mount_options_have(data->text.s, "userxattr"))
                r = mount_options_add(data, "userxattr", reterr);
        if (r >= 0 && mount->label && *mount->label)
                r = mount_options_add_label(data, mount->label, reterr);
        if (r >= 0 && mount->read_only)
                data->flags |= MS_RDONLY;
        return r;
}

/* -------------------------------------------------------------------------------------------- mount */

/* The options, and the directory that their paths are relative to; -1: they are absolute. */
struct source {
        struct text text;
        int cwd_fd;
};

#define SOURCE_INIT ((struct source){.cwd_fd = -1})

static void source_done(struct source *source) {
        text_done(&source->text);
        close_fd(source->cwd_fd);
}

/* mount(2) accepts one page of options, including the NUL at the end. */
static bool fits(const struct text *text, const char *more) {
        return text->len + strlen(more) < (size_t) getpagesize();
}

/* The absolute paths of about a hundred layers do not fit. The Go library also uses relative paths then
 * (mount.go: mountOverlayFromMain). */
static int write_dirs(struct overlay_dirs *dirs, const char *more, struct source *source) {
        int r;

        r = overlay_dirs_write_paths(dirs, &source->text);
        if (r >= 0 && fits(&source->text, more))
                return 0;
        if (r < 0 && r != -EINVAL)
                return r;

        text_done(&source->text);
        source->cwd_fd = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (source->cwd_fd < 0)
                return negative_errno();
        r = overlay_dirs_write_numbers(dirs, &source->text);
        return r >= 0 && !fits(&source->text, more) ? -E2BIG : r;
}

/*
 * The kernel creates this directory, with a second "work" component, for an upper directory that was mounted
 * volatile and may have lost data, and then refuses to mount it. A caller that mounts the layer again accepts
 * the loss.
 */
static void forget_volatile(int layer_fd) {
        static const struct tree_options options = {.threads = 1};
        _cleanup_tree_result_ struct tree_result result = TREE_RESULT_INIT;
        _cleanup_close_ int fd = open_dir_beneath(layer_fd, "work/work/incompat/volatile");

        if (fd < 0)
                return;
        (void) tree_remove(fd, &options, &result, NULL);
        (void) unlinkat(layer_fd, "work/work/incompat/volatile", AT_REMOVEDIR);
}

/* Kernels before 5.10 do not support the option; without it the mount is only synced more often. */
static int mount_volatile(int target_fd, const struct mount_options *data, const struct source *source) {
        _cleanup_text_ struct text text = TEXT_INIT;
        int r;

        r = text_addf(&text, "%s,volatile", source->text.s);
        if (r < 0)
                return r;
        r = mount_overlay(target_fd, data->flags, text.s, source->cwd_fd);
        return r == -EINVAL ? mount_overlay(target_fd, data->flags, source->text.s, source->cwd_fd) : r;
}

static int mount_source(const struct mountpoint *site, const struct mount_options *data,
                        const struct source *source, bool is_volatile) {
        _cleanup_close_ int target_fd = open_beneath(site->dir_fd, MOUNT_POINT, O_PATH | O_DIRECTORY);

        if (target_fd < 0)
                return target_fd;
        if (is_volatile)
                return mount_volatile(target_fd, data, source);
        return mount_overlay(target_fd, data->flags, source->text.s, source->cwd_fd);
}

static int add_data(struct source *source, const struct mount_options *data) {
        return data->text.len > 0 ? text_addf(&source->text, ",%s", data->text.s) : 0;
}

static int mount_layer(const struct mountpoint *site, const struct layer_mount *mount,
                       struct mount_options *data, struct error *reterr) {
        bool read_only = (data->flags & MS_RDONLY) || site->home > 0;
        bool is_volatile = mount->is_volatile && !read_only && !mount_options_have(data->text.s, "volatile");
        _cleanup_overlay_dirs_ struct overlay_dirs dirs = OVERLAY_DIRS_INIT;
        _cleanup_(source_done) struct source source = SOURCE_INIT;
        _cleanup_text_ struct text more = TEXT_INIT;
        int r;

        r = overlay_dirs_find(&dirs, &site->homes, site->home, mount, read_only, reterr);
        if (r < 0)
                return r;
        r = text_addf(&more, ",%s,volatile", data->text.s ? data->text.s : "");
        if (r >= 0)
                r = write_dirs(&dirs, more.s, &source);
        if (r >= 0)
                r = add_data(&source, data);
        if (r < 0)
                return error_errno(reterr, r, "cannot put together what layer %s is mounted from", mount->id);

        if (!read_only)
                forget_volatile(site->dir_fd);
        r = mount_source(site, data, &source, is_volatile);
        return r < 0 ? mount_error(reterr, r, site->dir_fd, MOUNT_POINT, "cannot mount an overlay on") : 0;
}

static int refuse_program(const struct homes *homes, struct error *reterr) {
        _cleanup_free_ char *text = NULL, *path = NULL;
        size_t len;

        if (homes->fds[0] < 0 ||
            read_file_at(homes->fds[0], PROGRAM_FLAG, sizeof(PROGRAM_FLAG_TRUE), &text, &len, NULL) < 0 ||
            strcmp(text, PROGRAM_FLAG_TRUE) != 0)
                return 0;
        path = path_below(homes->fds[0], PROGRAM_FLAG);
        return error_set(reterr, -EOPNOTSUPP, "layers are mounted by a mount program here, says %s",
                         path ? path : PROGRAM_FLAG);
}

/* Returns 1 if the layer must be mounted, 0 if it is already. */
static int prepare_mount_point(const struct mountpoint *site, struct error *reterr) {
        bool overlay = false;
        int r;

        r = mountpoint_make_dir(site->dir_fd, MOUNT_POINT);
        if (r < 0)
                return mount_error(reterr, r, site->dir_fd, MOUNT_POINT, "cannot make");
        r = mount_probe(site->dir_fd, MOUNT_POINT, &overlay);
        if (r < 0)
                return mount_error(reterr, r, site->dir_fd, MOUNT_POINT, "cannot look at");
        if (r > 0 && !overlay)
                return mount_error(reterr, -EBUSY, site->dir_fd, MOUNT_POINT,
                                   "something that is no layer is mounted on");
        return r == 0;
}

int overlay_mount(const struct homes *homes, const struct layer_mount *mount, struct error *reterr) {
        _cleanup_mount_options_ struct mount_options data = MOUNT_OPTIONS_INIT;
        _cleanup_mountpoint_ struct mountpoint site = MOUNTPOINT_INIT;
        int r;

        r = fill_data(&data, homes, mount, reterr);
        if (r >= 0)
                r = refuse_program(homes, reterr);
        if (r >= 0)
                r = mountpoint_find(&site, homes, mount->id, /* make= */ true, reterr);
        if (r >= 0)
                r = prepare_mount_point(&site, reterr);
        return r <= 0 ? r : mount_layer(&site, mount, &data, reterr);
}

/* ------------------------------------------------------------------------------------------ unmount */

/* Replace the mount point by another directory: this also detaches copies of the mount in other mount
 * namespaces. */
static int replace_mount_point(const struct mountpoint *site, struct error *reterr) {
        struct dir_access access;
        struct stat st;
        int r;

        if (fstatat(site->dir_fd, MOUNT_POINT, &st, AT_SYMLINK_NOFOLLOW) < 0)
                return mount_error(reterr, negative_errno(), site->dir_fd, MOUNT_POINT, "cannot look at");

        access = (struct dir_access){MOUNTPOINT_MODE, st.st_uid, st.st_gid};
        r = dir_make_with(site->dir_fd, NEW_MOUNT_POINT, &access);
        if (r < 0 && r != -EEXIST)
                return mount_error(reterr, r, site->dir_fd, NEW_MOUNT_POINT, "cannot make");
        if (renameat(site->dir_fd, NEW_MOUNT_POINT, site->dir_fd, MOUNT_POINT) < 0)
                return mount_error(reterr, negative_errno(), site->dir_fd, MOUNT_POINT, "cannot replace");
        return 0;
}

/* These fail, and the directory stays, if it is still a mount point elsewhere or is not empty. */
static void remove_run_dir(const struct mountpoint *site, const char *id) {
        char path[LAYER_PATH_MAX];

        (void) snprintf(path, sizeof(path), OVERLAY_NAME "/%s", id);
        (void) unlinkat(site->dir_fd, MOUNT_POINT, AT_REMOVEDIR);
        (void) unlinkat(site->homes.runroot_fd, path, AT_REMOVEDIR);
}

int overlay_unmount(const struct homes *homes, const char *id, struct error *reterr) {
        _cleanup_mountpoint_ struct mountpoint site = MOUNTPOINT_INIT;
        int r;

        r = mountpoint_find(&site, homes, id, /* make= */ false, reterr);
        if (r <= 0)
                return r;

        r = mount_detach(site.dir_fd, MOUNT_POINT);
        if (r < 0 && r != -ENOENT)
                return mount_error(reterr, r, site.dir_fd, MOUNT_POINT, "cannot unmount");
        if (site.home == 0)
                return r == -ENOENT ? 0 : replace_mount_point(&site, reterr);
        remove_run_dir(&site, id);
        return 0;
}
