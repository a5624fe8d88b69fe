/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looking at the files of a layer. judge.c decides whether they differ. */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>

#include "base/fd.h"
#include "base/userns.h"
#include "verify/entry-path.h"
#include "verify/look.h"

/* pkg/idtools/idtools.go:ContainersOverrideXattr */
#define OVERRIDE_ATTRIBUTE "user.containers.override_stat"

void layer_content_done(struct layer_content *content) {
        close_fd(content->parent_fd);
        free(content->parent);
        *content = LAYER_CONTENT_INIT;
}

/* A link as the last component is no directory. */
static bool may_be_link(int error, int flags) {
        return error == -ELOOP || (error == -ENOTDIR && flags & O_DIRECTORY);
}

int layer_content_open(const struct layer_content *content, const char *path, int flags) {
        int fd = open_beneath_same_mount(content->fd, path, flags);

        if (!may_be_link(fd, flags))
                return fd;
        return open_in_root(content->fd, path, flags | (flags & O_DIRECTORY ? 0 : O_NOFOLLOW));
}

/* Open the directory of a path, unless it is that of the path before. */
static int open_parent(struct layer_content *content, const char *path) {
        const char *base = entry_basename(path);
        _cleanup_free_ char *parent = NULL;
        int fd;

        parent = base == path ? strdup(".") : strndup(path, (size_t) (base - path - 1));
        if (!parent)
                return -ENOMEM;
        if (content->parent_fd >= 0 && strcmp(content->parent, parent) == 0)
                return 0;

        fd = layer_content_open(content, parent, O_PATH | O_DIRECTORY);
        if (fd < 0)
                return fd;
        close_fd(content->parent_fd);
        content->parent_fd = fd;
        free(content->parent);
        content->parent = TAKE_PTR(parent);
        return 0;
}

static int stat_path(struct layer_content *content, const char *path, struct stat *ret) {
        int r = open_parent(content, path);

        if (r < 0)
                return r;
        return fstatat(content->parent_fd, entry_basename(path), ret, AT_SYMLINK_NOFOLLOW) < 0
                       ? negative_errno()
                       : 0;
}

static void read_link(const struct layer_content *content, const char *path, struct sight *ret) {
        ssize_t n = readlinkat(content->parent_fd, entry_basename(path), ret->link, sizeof(ret->link) - 1);

        ret->link[n > 0 ? n : 0] = '\0';
}

/* Read an attribute of a file or directory that is not a link. fgetxattr(2) does not accept O_PATH. */
static ssize_t read_attribute(const struct layer_content *content, const char *path, const char *name,
                              char *value, size_t n) {
        _cleanup_close_ int fd = layer_content_open(content, path, O_PATH);
        char magic[64];

        if (fd < 0)
                return fd;
        (void) snprintf(magic, sizeof(magic), "/proc/self/fd/%d", fd);
        return getxattr(magic, name, value, n);
}

static bool has_attribute(const struct layer_content *content, const char *path, const char *name) {
        return read_attribute(content, path, name, NULL, 0) >= 0;
}

static bool has_opaque_attribute(const struct layer_content *content, const char *path, const char *name) {
        char value;

        return read_attribute(content, path, name, &value, sizeof(value)) == 1 &&
               (value == 'y' || value == 'x');
}

/* A file that a mount program or the driver vfs of old releases keeps. */
static bool has_marker_file(struct layer_content *content, const char *dir, const char *prefix,
                            const char *name) {
        char marker[PATH_MAX];
        struct stat st;
        int n = snprintf(marker, sizeof(marker), "%s/%s%s", dir, prefix, name);

        return n > 0 && (size_t) n < sizeof(marker) && stat_path(content, marker, &st) >= 0 &&
               S_ISREG(st.st_mode);
}

static void look_for_whiteout(struct layer_content *content, const char *path, struct sight *ret) {
        const char *base = entry_basename(path);
        _cleanup_free_ char *dir = base == path ? strdup(".") : strndup(path, (size_t) (base - path - 1));

        ret->has_marker = dir && has_marker_file(content, dir, WHITEOUT_PREFIX, base);
}

/* Attributes in the name space "trusted" are hidden from processes without CAP_SYS_ADMIN (xattr(7)). */
static void look_for_opaque(struct layer_content *content, const char *path, struct sight *ret) {
        ret->has_marker = has_opaque_attribute(content, path, "trusted.overlay.opaque") ||
                          has_opaque_attribute(content, path, "user.overlay.opaque") ||
                          has_marker_file(content, path, "", OPAQUE_NAME);
        ret->marker_unknown = geteuid() != 0 || in_user_namespace();
}

static void look_at_target(struct layer_content *content, const char *path, struct sight *ret) {
        struct stat st;

        ret->target_error = stat_path(content, path, &st);
        if (ret->target_error >= 0) {
                ret->target_device = st.st_dev;
                ret->target_inode = st.st_ino;
        }
}

/* A look at the attribute costs a few system calls, so only if something is to be explained. */
static void look_for_override(const struct layer_content *content, const struct archive_entry *entry,
                              struct sight *ret) {
        bool same_type = S_ISDIR(ret->st.st_mode) == (entry->type == ARCHIVE_DIRECTORY) &&
                         (entry->type == ARCHIVE_DIRECTORY || entry->type == ARCHIVE_REGULAR);

        if (!S_ISREG(ret->st.st_mode) && !S_ISDIR(ret->st.st_mode))
                return;
        if (!same_type || (ret->st.st_mode & 07777) != entry->mode)
                ret->is_overridden = has_attribute(content, entry->path, OVERRIDE_ATTRIBUTE);
}

static void look_closer(struct layer_content *content, const struct archive_entry *entry, struct sight *ret) {
        switch (entry->type) {
        case ARCHIVE_SYMLINK:
                if (S_ISLNK(ret->st.st_mode))
                        read_link(content, entry->path, ret);
                break;
        case ARCHIVE_HARD_LINK:
                look_at_target(content, entry->link, ret);
                break;
        case ARCHIVE_OPAQUE:
                look_for_opaque(content, entry->path, ret);
                break;
        case ARCHIVE_REGULAR:
        case ARCHIVE_CHAR:
        case ARCHIVE_BLOCK:
        case ARCHIVE_DIRECTORY:
        case ARCHIVE_FIFO:
                look_for_override(content, entry, ret);
                break;
        case ARCHIVE_WHITEOUT:
                break;
        }
}

int look_at(struct layer_content *content, const struct archive_entry *entry, struct sight *ret) {
        ret->is_overridden = ret->has_marker = ret->marker_unknown = false;
        ret->link[0] = '\0';
        ret->error = stat_path(content, entry->path, &ret->st);
        if (entry->type == ARCHIVE_WHITEOUT && error_is_absence(ret->error))
                look_for_whiteout(content, entry->path, ret);
        else if (ret->error >= 0)
                look_closer(content, entry, ret);
        return ret->error >= 0 || error_is_absence(ret->error) || error_is_damage(ret->error) ? 0
                                                                                              : ret->error;
}
