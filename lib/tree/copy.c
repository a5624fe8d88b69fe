/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copying of trees. A directory is created empty when it is met, and filled later, one directory at a time:
 * so there is no recursion, and the times of a directory are set after its entries were created. */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/fd.h"
#include "base/text.h"
#include "base/userns.h"
#include "tree/copy-run.h"
#include "tree/copy.h"

/* The mode of a directory until it is full: its final mode may forbid even its owner to write. */
#define FILLING_MODE 0700

static int open_source(int dirfd, const char *name, int flags) {
        int fd = open_beneath_same_mount(dirfd, name, flags | O_NOATIME);

        return fd == -EPERM ? open_beneath_same_mount(dirfd, name, flags) : fd;
}

/* Check that the name still led to the same object when it was opened. */
static int check_same(int fd, const struct stat *st) {
        struct stat opened;

        if (fstat(fd, &opened) < 0)
                return negative_errno();
        return opened.st_dev == st->st_dev && opened.st_ino == st->st_ino ? 0 : -ESTALE;
}

static int copy_regular(struct copy_dir *dir, const char *name, const struct stat *st) {
        _cleanup_close_ int from_fd = -1, to_fd = -1;
        int r;

        from_fd = open_source(dir->from_fd, name, O_RDONLY);
        if (from_fd < 0)
                return from_fd;
        r = check_same(from_fd, st);
        if (r < 0)
                return r;

        to_fd = create_beneath(dir->to_fd, name, O_WRONLY | O_EXCL, 0600);
        if (to_fd < 0)
                return to_fd;
        r = copy_data(dir->run, from_fd, to_fd, st->st_size);
        return r < 0 ? r : copy_attributes(dir->run, from_fd, to_fd, st);
}

/* Copy the attributes of an object that is not opened. */
static int copy_attributes_of(struct copy_dir *dir, const char *name, const struct stat *st) {
        _cleanup_close_ int from_fd = -1, to_fd = -1;
        int r;

        from_fd = open_beneath_same_mount(dir->from_fd, name, O_PATH);
        if (from_fd < 0)
                return from_fd;
        r = check_same(from_fd, st);
        if (r < 0)
                return r;
        to_fd = open_beneath(dir->to_fd, name, O_PATH);
        return to_fd < 0 ? to_fd : copy_attributes(dir->run, from_fd, to_fd, st);
}

static int copy_symlink(struct copy_dir *dir, const char *name, const struct stat *st) {
        _cleanup_free_ char *target = NULL;
        int r;

        r = readlink_alloc_at(dir->from_fd, name, &target);
        if (r < 0)
                return r;
        if (symlinkat(target, dir->to_fd, name) < 0)
                return negative_errno();
        return copy_attributes_of(dir, name, st);
}

static bool is_device(const struct stat *st) {
        return S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode);
}

/* Returns 1 if the object is left out. */
static int copy_special(struct copy_dir *dir, const char *name, const struct stat *st) {
        if (mknodat(dir->to_fd, name, st->st_mode, st->st_rdev) < 0)
                return errno == EPERM && is_device(st) && dir->run->in_userns ? 1 : negative_errno();
        return copy_attributes_of(dir, name, st);
}

static int copy_object(struct copy_dir *dir, const char *name, const struct stat *st) {
        if (S_ISREG(st->st_mode))
                return copy_regular(dir, name, st);
        if (S_ISLNK(st->st_mode))
                return copy_symlink(dir, name, st);
        return copy_special(dir, name, st);
}

static int queue_dir(struct copy_dir *dir, const char *name) {
        _cleanup_free_ char *path = copy_path(dir, name);

        if (!path)
                return -ENOMEM;
        if (mkdirat(dir->to_fd, name, FILLING_MODE) < 0)
                return negative_errno();
        return strlist_add(&dir->run->dirs, path);
}

static int copy_entry(struct copy_dir *dir, const char *name) {
        struct stat st;
        int r;

        if (fstatat(dir->from_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
                return negative_errno();
        if (S_ISDIR(st.st_mode))
                return queue_dir(dir, name);

        r = copy_link(dir, name, &st);
        if (r != 0)
                return r;
        r = copy_object(dir, name, &st);
        return r != 0 ? r : copy_remember(dir, name, &st);
}

static int copy_error(struct error *reterr, int code, const struct copy_dir *dir, const char *name) {
        _cleanup_free_ char *path = copy_path(dir, name);
        _cleanup_text_ struct text printable = TEXT_INIT;

        if (!path || text_add_escaped(&printable, path, strlen(path)) < 0)
                return error_errno(reterr, code, "cannot copy all");
        if (code == -EXDEV)
                return error_set(reterr, code, "cannot copy %s: something is mounted there", printable.s);
        return error_errno(reterr, code, "cannot copy %s", printable.s);
}

static int copy_entries(struct copy_dir *dir, struct error *reterr) {
        struct dir_stream *stream = &dir->run->stream;
        struct dir_entry entry;
        int r;

        while ((r = dir_stream_fill(stream, dir->from_fd)) > 0)
                while (dir_stream_take(stream, &entry)) {
                        r = copy_entry(dir, entry.name);
                        if (r < 0)
                                return copy_error(reterr, r, dir, entry.name);
                }
        return r < 0 ? copy_error(reterr, r, dir, COPY_TOP) : 0;
}

static int fill_dir(struct copy_run *run, const char *path, struct error *reterr) {
        _cleanup_close_ int from_fd = dir_open_quietly(run->from_fd, path);
        _cleanup_close_ int to_fd = open_dir_beneath(run->to_fd, path);
        struct copy_dir dir = {.run = run, .path = path, .from_fd = from_fd, .to_fd = to_fd};
        struct stat st;
        int r;

        if (from_fd < 0 || to_fd < 0)
                return copy_error(reterr, from_fd < 0 ? from_fd : to_fd, &dir, COPY_TOP);
        if (fstat(from_fd, &st) < 0)
                return copy_error(reterr, negative_errno(), &dir, COPY_TOP);

        r = copy_entries(&dir, reterr);
        if (r < 0)
                return r;
        r = copy_attributes(run, from_fd, to_fd, &st);
        return r < 0 ? copy_error(reterr, r, &dir, COPY_TOP) : 0;
}

/* The directory met last is filled first, so the list never grows beyond the entries along one path. */
static int fill_all(struct copy_run *run, struct error *reterr) {
        int r = strlist_add(&run->dirs, COPY_TOP);

        while (r >= 0 && run->dirs.n > 0) {
                _cleanup_free_ char *path = run->dirs.s[--run->dirs.n];

                r = fill_dir(run, path, reterr);
        }
        return r;
}

int copy_tree(int from_fd, int to_fd, struct error *reterr) {
        _cleanup_free_ struct copy_run *run = calloc(1, sizeof(*run));
        int r;

        if (!run)
                return error_set(reterr, -ENOMEM, "not enough memory to copy");
        run->from_fd = from_fd;
        run->to_fd = to_fd;
        run->in_userns = in_user_namespace();
        run->can_clone = run->can_copy_range = true;

        r = fill_all(run, reterr);
        strlist_done(&run->dirs);
        copy_forget_links(run);
        return r == -ENOMEM ? error_set(reterr, r, "not enough memory to copy") : r;
}
