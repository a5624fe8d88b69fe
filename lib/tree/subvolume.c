/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Subvolumes of btrfs. No other file uses libbtrfsutil. */

#include <linux/btrfs.h>
#include <linux/btrfs_tree.h>
#include <linux/magic.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/error.h"
#include "tree/subvolume.h"

bool is_btrfs(int fd) {
        struct statfs fs;

        /* f_type is signed and has 32 bits on some machines; this magic number is negative there. */
        return fstatfs(fd, &fs) >= 0 && (uint32_t) fs.f_type == BTRFS_SUPER_MAGIC;
}

bool subvolume_is(int fd) {
        struct stat st;

        return fstat(fd, &st) >= 0 && st.st_ino == SUBVOLUME_INODE && S_ISDIR(st.st_mode) && is_btrfs(fd);
}

/* Without the library: no process can delete a read-only subvolume, and podman fails as long as one is in a
 * temp dir. */
int subvolume_make_writable(int fd) {
        __u64 flags;

        if (ioctl(fd, BTRFS_IOC_SUBVOL_GETFLAGS, &flags) < 0)
                return negative_errno();
        if (!(flags & BTRFS_SUBVOL_RDONLY))
                return 0;

        flags &= ~BTRFS_SUBVOL_RDONLY;
        return ioctl(fd, BTRFS_IOC_SUBVOL_SETFLAGS, &flags) < 0 ? negative_errno() : 1;
}

#ifdef HAVE_BTRFS

#include <btrfsutil.h>
#include <pthread.h>

#include "base/library.h"

/* Loaded on first use, because most machines have no btrfs. */
#define LIBBTRFSUTIL_NAME "libbtrfsutil.so.1"
LIBRARY_NOTE(libbtrfsutil, LIBBTRFSUTIL_NAME, "btrfs", "subvolumes", "recommended");

#define LIBBTRFSUTIL_FUNCTIONS(F)                                                                            \
        F(btrfs_util_delete_subvolume_fd)                                                                    \
        F(btrfs_util_get_default_subvolume_fd)                                                               \
        F(btrfs_util_subvolume_id_fd)                                                                        \
        F(btrfs_util_subvolume_path_fd)

static struct { LIBBTRFSUTIL_FUNCTIONS(LIBRARY_POINTER) } libbtrfsutil;

static const char *const libbtrfsutil_names[] = {LIBBTRFSUTIL_FUNCTIONS(LIBRARY_NAME)};

static pthread_once_t libbtrfsutil_once = PTHREAD_ONCE_INIT;
static bool libbtrfsutil_loaded;

static void load_libbtrfsutil(void) {
        libbtrfsutil_loaded = library_load(LIBBTRFSUTIL_NAME, libbtrfsutil_names,
                                           ARRAY_SIZE(libbtrfsutil_names), &libbtrfsutil);
}

static bool have_libbtrfsutil(void) {
        (void) pthread_once(&libbtrfsutil_once, load_libbtrfsutil);
        return libbtrfsutil_loaded;
}

/* The errno of the failed call is more precise than the codes of the library. */
static int result_of(enum btrfs_util_error error) {
        if (error == BTRFS_UTIL_OK)
                return 0;
        return errno > 0 ? negative_errno() : -EIO;
}

int subvolume_destroy(int dirfd, const char *name) {
        if (!have_libbtrfsutil())
                return -EOPNOTSUPP;
        return result_of(libbtrfsutil.btrfs_util_delete_subvolume_fd(dirfd, name, 0));
}

int subvolume_is_default(int fd) {
        uint64_t id, default_id;
        int r;

        if (!have_libbtrfsutil())
                return -EOPNOTSUPP;

        r = result_of(libbtrfsutil.btrfs_util_subvolume_id_fd(fd, &id));
        if (r >= 0)
                r = result_of(libbtrfsutil.btrfs_util_get_default_subvolume_fd(fd, &default_id));
        return r < 0 ? r : id == default_id;
}

int subvolume_default_path(int fd, char **ret) {
        uint64_t id;
        int r;

        if (!is_btrfs(fd))
                return -ENOENT;
        if (!have_libbtrfsutil())
                return -EOPNOTSUPP;

        r = result_of(libbtrfsutil.btrfs_util_get_default_subvolume_fd(fd, &id));
        if (r < 0)
                return r;
        if (id == BTRFS_FS_TREE_OBJECTID)
                return -ENOENT;
        return result_of(libbtrfsutil.btrfs_util_subvolume_path_fd(fd, id, ret));
}

#else

int subvolume_destroy(int dirfd, const char *name) {
        (void) dirfd;
        (void) name;
        return -EOPNOTSUPP;
}

int subvolume_is_default(int fd) {
        (void) fd;
        return -EOPNOTSUPP;
}

int subvolume_default_path(int fd, char **ret) {
        (void) ret;
        return is_btrfs(fd) ? -EOPNOTSUPP : -ENOENT;
}

#endif
