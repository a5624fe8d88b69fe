/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * What tells one file from another, and one moment of it from a later one. mnt_id is that of statx(2): a
 * directory that is a mount point differs in it from its parent even where device and inode do not.
 */
struct identity {
        uint64_t dev, ino, mnt_id;
        uint64_t size;
        int64_t mtime_ns, ctime_ns, btime_ns; /* since the epoch; btime_ns is 0 where there is none */
        uint64_t blocks;                      /* of 512 bytes */
        uint32_t mode, nlink, uid, gid;
};

/* fstat, with the mount id. An empty name is fd itself; a link is not followed, nothing is mounted. Negative
 * errno. */
int identity_at(int fd, const char *name, struct identity *ret);

/* Of what a path leads to: links are followed. */
int identity_of_path(const char *path, struct identity *ret);

/* The same file on the same mount; contents may have changed. */
bool identity_same_file(const struct identity *a, const struct identity *b);

/* The same file, and nothing written to it in between as far as its size and times tell. */
bool identity_same_content(const struct identity *a, const struct identity *b);
