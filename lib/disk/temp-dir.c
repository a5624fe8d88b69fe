/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Temp dirs. Go processes leave a temp dir alone while its lock is held, and delete it if its owner has died.
 */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/owner.h"
#include "base/random.h"
#include "disk/lock.h"
#include "disk/lockfile.h"
#include "disk/paths.h"
#include "disk/temp-dir.h"
#include "format/name.h"

#define DIR_MODE 0700

#define NAME_TRIES 64 /* 32 random bits, as in os.CreateTemp: so many collisions in a row are no accident */
#define ROOT_TRIES 8  /* another process that created the root may remove it between two steps */
#define LOCK_TRIES 8  /* the same for the lock file of a temp dir to adopt */

#define NAME_BYTES 64U /* a prefix and a number */

void temp_dir_done(struct temp_dir *temp) {
        free(temp->number);
        free(temp->root);
        close_fd(temp->dir_fd);
        close_fd(temp->root_fd);
        close_fd(temp->parent_fd);
        close_fd(temp->lock_fd);
        *temp = TEMP_DIR_INIT;
}

struct names {
        char dir[NAME_BYTES], lock[NAME_BYTES];
};

/* -ENAMETOOLONG if os.CreateTemp cannot have made the name. */
static int names_of(const char *number, struct names *ret) {
        if (strlen(number) >= NAME_BYTES - strlen(TEMP_DIR_PREFIX))
                return -ENAMETOOLONG;

        (void) snprintf(ret->dir, sizeof(ret->dir), TEMP_DIR_PREFIX "%s", number);
        (void) snprintf(ret->lock, sizeof(ret->lock), TEMP_LOCK_PREFIX "%s", number);
        return 0;
}

/* ------------------------------------------------------------------------------------- the root */

/* An unusual umask may have cleared bits that the next step needs. The inherited setgid bit stays. */
static int fix_dir_mode(int dirfd, const char *name) {
        struct stat st;

        if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
                return negative_errno();
        if ((st.st_mode & 0777) == DIR_MODE)
                return 0;
        if (fchmodat(dirfd, name, (st.st_mode & 07000) | DIR_MODE, AT_SYMLINK_NOFOLLOW) < 0)
                return negative_errno();
        return 0;
}

/* Returns a descriptor of the new directory. */
static int make_dir(int dirfd, const char *name) {
        int r;

        if (owned_mkdirat(dirfd, name, DIR_MODE) < 0)
                return negative_errno();

        r = fix_dir_mode(dirfd, name);
        if (r >= 0)
                r = open_dir_beneath(dirfd, name);
        if (r < 0)
                (void) unlinkat(dirfd, name, AT_REMOVEDIR);
        return r;
}

static int make_root(struct temp_dir *temp, int dirfd, const char *path) {
        _cleanup_close_ int parent_fd = -1;
        _cleanup_free_ char *root = NULL;
        const char *name = NULL;
        int fd;

        parent_fd = open_parent_beneath(dirfd, path, &name);
        if (parent_fd < 0)
                return parent_fd;
        root = strdup(name);
        if (!root)
                return -ENOMEM;

        fd = make_dir(parent_fd, name);
        if (fd == -EEXIST)
                return open_dir_beneath(dirfd, path);
        if (fd >= 0) {
                temp->made_root = true;
                temp->root = TAKE_PTR(root);
                temp->parent_fd = TAKE_FD(parent_fd);
        }
        return fd;
}

static int open_or_make_root(struct temp_dir *temp, int dirfd, const char *path) {
        int fd;

        fd = open_dir_beneath(dirfd, path);
        if (fd == -ENOENT)
                fd = make_root(temp, dirfd, path);
        if (fd < 0)
                return fd;

        temp->root_fd = fd;
        return 0;
}

/* If another process uses the root by now, it is not empty and stays. */
static void remove_made_root(const struct temp_dir *temp) {
        if (temp->made_root)
                (void) unlinkat(temp->parent_fd, temp->root, AT_REMOVEDIR);
}

/* ----------------------------------------------------------------------------------------- make */

static char *random_number(void) {
        uint32_t n;
        char *s;

        if (random_bytes(&n, sizeof(n)) < 0)
                n = (uint32_t) lock_now_ns();
        return asprintf(&s, "%u", n) < 0 ? NULL : s;
}

static int make_instance(struct temp_dir *temp) {
        _cleanup_close_ int lock_fd = -1;
        _cleanup_free_ char *number = random_number();
        struct names names;
        int fd, r;

        if (!number)
                return -ENOMEM;
        r = names_of(number, &names);
        if (r < 0)
                return r;

        lock_fd = lock_file_make(temp->root_fd, names.lock);
        if (lock_fd < 0)
                return lock_fd;

        fd = make_dir(temp->root_fd, names.dir);
        if (fd < 0) {
                (void) unlinkat(temp->root_fd, names.lock, 0);
                return fd;
        }

        temp->dir_fd = fd;
        temp->lock_fd = TAKE_FD(lock_fd);
        temp->number = TAKE_PTR(number);
        return 0;
}

static int make_below(struct temp_dir *temp, int dirfd, const char *root) {
        int r;

        r = open_or_make_root(temp, dirfd, root);
        if (r < 0)
                return r;

        r = -EEXIST;
        for (int i = 0; i < NAME_TRIES && r == -EEXIST; i++)
                r = make_instance(temp);
        if (r < 0)
                remove_made_root(temp);
        return r;
}

static int root_error(struct error *reterr, int code, int dirfd, const char *root, const char *what) {
        _cleanup_free_ char *path = path_below(dirfd, root);

        return error_errno(reterr, code, "%s %s", what, path ? path : root);
}

int temp_dir_make(struct temp_dir *ret, int dirfd, const char *root, struct error *reterr) {
        int r = -ENOENT;

        for (int i = 0; i < ROOT_TRIES && r == -ENOENT; i++) {
                _cleanup_temp_dir_ struct temp_dir temp = TEMP_DIR_INIT;

                r = make_below(&temp, dirfd, root);
                if (r >= 0) {
                        *ret = temp;
                        temp = TEMP_DIR_INIT;
                }
        }
        return r < 0 ? root_error(reterr, r, dirfd, root, "cannot make a temporary directory in") : 0;
}

/* ---------------------------------------------------------------------------------------- adopt */

/* Take the lock. If its file is missing beside its directory, create it, as a Go process does; then *ret_made
 * is true. */
static int adopt_lock(int root_fd, const struct names *names, bool *ret_made) {
        struct identity id;
        int fd = -EEXIST, r;

        for (int i = 0; i < LOCK_TRIES && fd == -EEXIST; i++) {
                *ret_made = false;
                fd = lock_take(root_fd, names->lock, /* create= */ false, 0);
                if (fd != -ENOENT)
                        return fd == -ETIMEDOUT ? -EBUSY : fd;

                r = identity_at(root_fd, names->dir, &id);
                if (r < 0)
                        return r;
                fd = lock_file_make(root_fd, names->lock);
                *ret_made = fd >= 0;
        }
        return fd == -EEXIST ? -EBUSY : fd;
}

static int adopt_below(struct temp_dir *temp, const struct names *names) {
        bool made;
        int fd;

        fd = adopt_lock(temp->root_fd, names, &made);
        if (fd < 0)
                return fd;
        temp->lock_fd = fd;

        fd = open_beneath_same_mount(temp->root_fd, names->dir, O_RDONLY | O_DIRECTORY);
        if (fd < 0 && fd != -ENOENT) {
                if (made)
                        (void) unlinkat(temp->root_fd, names->lock, 0);
                return fd;
        }
        temp->dir_fd = fd < 0 ? -1 : fd;
        return 0;
}

static int adopt(struct temp_dir *temp, int dirfd, const char *root, const char *number) {
        struct names names;
        int r;

        if (!name_number_after(number, ""))
                return -EINVAL;
        r = names_of(number, &names);
        if (r < 0)
                return r;
        temp->number = strdup(number);
        if (!temp->number)
                return -ENOMEM;

        temp->root_fd = open_dir_beneath(dirfd, root);
        return temp->root_fd < 0 ? temp->root_fd : adopt_below(temp, &names);
}

int temp_dir_adopt(struct temp_dir *ret, int dirfd, const char *root, const char *number,
                   struct error *reterr) {
        _cleanup_temp_dir_ struct temp_dir temp = TEMP_DIR_INIT;
        int r;

        r = adopt(&temp, dirfd, root, number);
        if (r < 0)
                return root_error(reterr, r, dirfd, root, "cannot take over a temporary directory in");

        *ret = temp;
        temp = TEMP_DIR_INIT;
        return 0;
}

/* --------------------------------------------------------------------------------------- check */

/* Does the name in the directory lead to the open file, and is it of this type? */
static bool is_named(int dirfd, const char *name, int fd, mode_t type) {
        struct identity named, held;

        return identity_at(dirfd, name, &named) >= 0 && identity_at(fd, "", &held) >= 0 &&
               identity_same_file(&named, &held) && (held.mode & S_IFMT) == type;
}

/* A directory that is a mount point is not a temp dir and must not be deleted. */
static bool is_same_mount(int fd, int other_fd) {
        struct identity a, b;

        return identity_at(fd, "", &a) >= 0 && identity_at(other_fd, "", &b) >= 0 && a.mnt_id == b.mnt_id;
}

static bool is_what_it_says(const struct temp_dir *temp, const struct names *names) {
        if (!is_named(temp->root_fd, names->lock, temp->lock_fd, S_IFREG))
                return false;
        if (temp->dir_fd >= 0 && (!is_named(temp->root_fd, names->dir, temp->dir_fd, S_IFDIR) ||
                                  !is_same_mount(temp->root_fd, temp->dir_fd)))
                return false;
        return !temp->made_root || is_named(temp->parent_fd, temp->root, temp->root_fd, S_IFDIR);
}

int temp_dir_check(const struct temp_dir *temp) {
        struct names names;
        int r;

        r = names_of(temp->number, &names);
        if (r < 0)
                return r;

        if (!is_what_it_says(temp, &names))
                return -EBADMSG;
        return lock_take_fd(temp->lock_fd, 0) < 0 ? -EBADMSG : 0;
}

/* --------------------------------------------------------------------------------------- remove */

/* Remove the lock file last, and only if it is the one that this process holds. */
static int remove_instance(const struct temp_dir *temp, const struct names *names) {
        int r;

        if (temp->dir_fd >= 0 && unlinkat(temp->root_fd, names->dir, AT_REMOVEDIR) < 0 && errno != ENOENT)
                return errno == EEXIST ? -ENOTEMPTY : negative_errno();

        r = lock_is_current(temp->lock_fd, temp->root_fd, names->lock);
        if (r <= 0)
                return r;
        return unlinkat(temp->root_fd, names->lock, 0) < 0 ? negative_errno() : 0;
}

int temp_dir_remove(struct temp_dir *temp, struct error *reterr) {
        struct names names;
        int r;

        assert(temp->number && temp->lock_fd >= 0);

        r = names_of(temp->number, &names);
        assert(r >= 0);
        r = remove_instance(temp, &names);
        if (r < 0)
                return root_error(reterr, r, temp->root_fd, names.dir, "cannot remove");

        remove_made_root(temp);
        temp_dir_done(temp);
        return 0;
}
