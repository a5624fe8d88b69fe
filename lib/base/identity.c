/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The identity of files, mounts included. */

#include <fcntl.h>
#include <linux/stat.h>
#include <sys/sysmacros.h>

#include "base/error.h"
#include "base/identity.h"
#include "base/kernel.h"

#define NSEC_PER_SEC 1000000000LL

static int64_t statx_ns(const struct statx_timestamp *t) {
        return (int64_t) t->tv_sec * NSEC_PER_SEC + t->tv_nsec;
}

static int identify(int fd, const char *name, int flags, struct identity *ret) {
        struct statx st;

        if (kernel_statx(fd, name, flags, STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID, &st) < 0)
                return negative_errno();

        *ret = (struct identity){
                .dev = makedev(st.stx_dev_major, st.stx_dev_minor),
                .ino = st.stx_ino,
                .mnt_id = st.stx_mnt_id,
                .size = st.stx_size,
                .mtime_ns = statx_ns(&st.stx_mtime),
                .ctime_ns = statx_ns(&st.stx_ctime),
                .btime_ns = st.stx_mask & STATX_BTIME ? statx_ns(&st.stx_btime) : 0,
                .blocks = st.stx_blocks,
                .mode = st.stx_mode,
                .nlink = st.stx_nlink,
                .uid = st.stx_uid,
                .gid = st.stx_gid,
        };
        return 0;
}

int identity_at(int fd, const char *name, struct identity *ret) {
        return identify(fd, name, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, ret);
}

int identity_of_path(const char *path, struct identity *ret) {
        return identify(AT_FDCWD, path, 0, ret);
}

bool identity_same_file(const struct identity *a, const struct identity *b) {
        return a->dev == b->dev && a->ino == b->ino && a->mnt_id == b->mnt_id &&
               (a->mode & S_IFMT) == (b->mode & S_IFMT) && a->btime_ns == b->btime_ns;
}

bool identity_same_content(const struct identity *a, const struct identity *b) {
        return identity_same_file(a, b) && a->size == b->size && a->mtime_ns == b->mtime_ns &&
               a->ctime_ns == b->ctime_ns;
}
