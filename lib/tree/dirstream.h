/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <dirent.h>
#include <stdbool.h>

#include "base/dir.h"

/* Some 800 short names: enough to make the system call cheap, few enough that several threads that share one
 * directory all get some. */
#define DIR_STREAM_BYTES (32U * 1024)

/* So many bytes can be read from the beginning of each name, however short it is. */
#define DIR_STREAM_NAME_BYTES 64U

/*
 * Reads a directory of any size piece by piece, in the order of the file system. Threads that read the same
 * open directory, each with a stream of its own, never get the same entry (the kernel moves the position of
 * the file under a lock). Where entries come and go meanwhile, those that stay are met once.
 */
struct dir_stream {
        size_t at, n;
        int64_t next; /* for lseek(2): where to read on behind the entry taken last */
        _Alignas(struct dirent) char bytes[DIR_STREAM_BYTES + DIR_STREAM_NAME_BYTES];
};

/* Open a directory on the same mount for reading, without a trace in its access time where the caller is its
 * owner. Negative errno as of open_beneath_same_mount(). */
int dir_open_quietly(int dirfd, const char *name);

/* Read the next piece: 1, 0 at the end, negative errno. What the piece before still held is lost. */
int dir_stream_fill(struct dir_stream *stream, int fd);

/* Whether the piece is so large that another one may follow. */
bool dir_stream_is_full(const struct dir_stream *stream);

/* The next entry of the piece, never "." or ".."; false where it holds no more. The name lives until the next
 * fill. */
bool dir_stream_take(struct dir_stream *stream, struct dir_entry *ret);
