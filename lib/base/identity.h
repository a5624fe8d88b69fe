/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The identity of a file and of its version. mnt_id is that of statx(2): for a mount point it differs from
 * that of the parent directory, even if device and inode are the same. */
struct identity {
        uint64_t dev, ino, mnt_id;
        uint64_t size;
        int64_t mtime_ns, ctime_ns, btime_ns; /* since the epoch; btime_ns is 0 if unknown */
        uint64_t blocks;                      /* of 512 bytes each */
        uint32_t mode, nlink, uid, gid;
};

/* As fstatat(2), with the mount id. An empty name means fd itself. Links are not followed and automounts are
 * not triggered. Negative errno. */
int identity_at(int fd, const char *name, struct identity *ret);

/* As identity_at(), but links are followed. */
int identity_of_path(const char *path, struct identity *ret);

/* The same file on the same mount; its contents may differ. */
bool identity_same_file(const struct identity *a, const struct identity *b);

/* The same file with the same size and times, so unmodified as far as these show. */
bool identity_same_content(const struct identity *a, const struct identity *b);
