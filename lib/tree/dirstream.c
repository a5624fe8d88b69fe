/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading of directories that are too large for a list. */

#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>

#include "base/error.h"
#include "base/fd.h"
#include "tree/dirstream.h"

int dir_open_quietly(int dirfd, const char *name) {
        int fd = open_beneath_same_mount(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOATIME);

        return fd == -EPERM ? open_beneath_same_mount(dirfd, name, O_RDONLY | O_DIRECTORY) : fd;
}

int dir_stream_fill(struct dir_stream *stream, int fd) {
        long n = syscall(SYS_getdents64, fd, stream->bytes, DIR_STREAM_BYTES);

        stream->at = stream->n = 0;
        if (n < 0)
                return errno == ENOENT ? 0 : negative_errno(); /* removed meanwhile, so it is empty */
        stream->n = (size_t) n;
        memset(stream->bytes + n, '\0', DIR_STREAM_NAME_BYTES);
        return n > 0;
}

bool dir_stream_is_full(const struct dir_stream *stream) {
        return stream->n + sizeof(struct dirent) > DIR_STREAM_BYTES;
}

bool dir_stream_take(struct dir_stream *stream, struct dir_entry *ret) {
        while (stream->at < stream->n) {
                const struct dirent *d = (const struct dirent *) (const void *) (stream->bytes + stream->at);

                stream->at += d->d_reclen;
                stream->next = d->d_off;
                if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
                        continue;

                *ret = (struct dir_entry){.name = d->d_name, .ino = d->d_ino, .type = d->d_type};
                return true;
        }
        return false;
}
