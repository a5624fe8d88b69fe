/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Operations on one object: unlink, remove, move up, open. Each clears what forbids it and tries a second
 * time. */

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/fd.h"
#include "tree/delete-run.h"
#include "tree/make-removable.h"
#include "tree/subvolume.h"

#define BLOCK_BYTES 512U

/* -EROFS is from a read-only subvolume, or from a read-only file system, for which the second try fails as
 * well. */
static bool forbidden(int r) {
        return r == -EPERM || r == -EACCES || r == -EROFS;
}

static int unlink_at(int dirfd, const char *name, int flags) {
        return unlinkat(dirfd, name, flags) < 0 ? negative_errno() : 0;
}

static int unlink_stubborn(int dirfd, const char *name) {
        _cleanup_removable_file_ struct removable_file file = REMOVABLE_FILE_INIT;
        int r;

        (void) make_dir_removable(dirfd);
        r = unlink_at(dirfd, name, 0);
        if (!forbidden(r) || make_file_removable_at(&file, dirfd, name) <= 0)
                return r;
        return unlink_at(dirfd, name, 0);
}

static int unlink_file(int dirfd, const char *name) {
        int r = unlink_at(dirfd, name, 0);

        if (forbidden(r))
                r = unlink_stubborn(dirfd, name);
        if (r == -ENOENT)
                return 0;
        return r < 0 ? r : 1;
}

static int look_at(int dirfd, const char *name, struct stat *ret) {
        if (fstatat(dirfd, name, ret, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) < 0)
                return negative_errno();
        return S_ISDIR(ret->st_mode) ? -EISDIR : 0;
}

/* The lock keeps the link count stable between stat and unlink: without it, the bytes could be counted never
 * or twice. */
static int unlink_one_link(struct tree_run *run, int dirfd, const char *name, uint64_t *ret_bytes) {
        struct stat st = {0};
        int r;

        pthread_mutex_lock(&run->links_lock);
        r = look_at(dirfd, name, &st);
        if (r >= 0)
                r = unlink_file(dirfd, name);
        pthread_mutex_unlock(&run->links_lock);

        *ret_bytes = st.st_nlink == 1 ? (uint64_t) st.st_blocks * BLOCK_BYTES : 0;
        return r == -ENOENT ? 0 : r;
}

int remove_file(struct tree_run *run, int dirfd, const char *name, uint64_t *ret_bytes) {
        struct stat st = {.st_nlink = 1};

        if (run->options.count_bytes) {
                int r = look_at(dirfd, name, &st);

                if (r == -ENOENT)
                        return 0;
                if (r == -EISDIR)
                        return r;
        }
        if (st.st_nlink > 1)
                return unlink_one_link(run, dirfd, name, ret_bytes);

        *ret_bytes = (uint64_t) st.st_blocks * BLOCK_BYTES;
        return unlink_file(dirfd, name);
}

int remove_empty_dir(int dirfd, const char *name) {
        int r = unlink_at(dirfd, name, AT_REMOVEDIR);

        if (forbidden(r)) {
                (void) make_dir_removable(dirfd);
                (void) make_dir_removable_at(dirfd, name);
                r = unlink_at(dirfd, name, AT_REMOVEDIR);
        }
        if (r == -ENOENT)
                return 0;
        return r == -EEXIST ? -ENOTEMPTY : r < 0 ? r : 1;
}

static int rename_up(struct tree_run *run, int dirfd, const char *name, const char *to) {
        return renameat(dirfd, name, run->top_fd, to) < 0 ? negative_errno() : 0;
}

int move_up(struct tree_run *run, int dirfd, const char *name, const struct tree_job *job) {
        char to[NAME_MAX + 1];
        int r;

        job_name(job, to);
        r = rename_up(run, dirfd, name, to);
        if (!forbidden(r))
                return r;

        (void) make_dir_removable(dirfd);
        (void) make_dir_removable_at(dirfd, name);
        return rename_up(run, dirfd, name, to);
}

/* The errno is the same if the kernel forbids the deletion to this caller only and if it forbids it to all
 * (the default subvolume). The default subvolume must not be emptied either. */
int remove_subvolume(int dirfd, const char *name, int fd) {
        int r;

        if (!subvolume_is(fd))
                return 0;

        r = subvolume_destroy(dirfd, name);
        if (r >= 0)
                return 1;
        if (r == -EPERM && subvolume_is_default(fd) > 0)
                return r;

        (void) subvolume_make_writable(fd);
        return 0;
}

int open_garbage_dir(int dirfd, const char *name) {
        int fd = dir_open_quietly(dirfd, name);

        if (fd == -EACCES && make_dir_removable_at(dirfd, name) > 0)
                fd = dir_open_quietly(dirfd, name);
        return fd;
}
