/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <dirent.h>
#include <stdbool.h>

#include "base/dir.h"

/* Some 800 short names: enough to make the system call cheap, and few enough that several threads that share
 * one directory all get some. */
#define DIR_STREAM_BYTES (32U * 1024)

/* So many bytes can be read from the start of each name, however short the name is. */
#define DIR_STREAM_NAME_BYTES 64U

/*
 * A reader of directories of any size, piece by piece, in the order of the file system. Threads may read the
 * same open directory, each with its own stream, and never get the same entry, because the kernel moves the
 * file position under a lock. If entries are created and removed meanwhile, each of the other entries is
 * returned once.
 */
struct dir_stream {
        size_t at, n;
        int64_t next; /* argument of lseek(2) to continue behind the entry taken last */
        _Alignas(struct dirent) char bytes[DIR_STREAM_BYTES + DIR_STREAM_NAME_BYTES];
};

/* Open a directory on the same mount for reading. If the caller owns it, its access time does not change.
 * Negative errno as from open_beneath_same_mount(). */
int dir_open_quietly(int dirfd, const char *name);

/* Read the next piece: 1, 0 at the end, or negative errno. The rest of the piece before is dropped. */
int dir_stream_fill(struct dir_stream *stream, int fd);

/* Returns true if the piece is so large that another one may follow. */
bool dir_stream_is_full(const struct dir_stream *stream);

/* The next entry of the piece, never "." or ".."; false at the end of the piece. The name is valid until the
 * next dir_stream_fill(). */
bool dir_stream_take(struct dir_stream *stream, struct dir_entry *ret);
