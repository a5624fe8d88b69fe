/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* The file that an entry of an archive makes in a layer (pkg/archive/archive.go:extractTarFileEntry). */
enum archive_type {
        ARCHIVE_REGULAR,
        ARCHIVE_HARD_LINK,
        ARCHIVE_SYMLINK,
        ARCHIVE_CHAR,
        ARCHIVE_BLOCK,
        ARCHIVE_DIRECTORY,
        ARCHIVE_FIFO,
        ARCHIVE_WHITEOUT, /* ".wh.NAME": the path is that of NAME, which is deleted */
        ARCHIVE_OPAQUE,   /* ".wh..wh..opq": the path is that of its directory */
};

struct archive_entry {
        uint64_t index; /* in the archive, from 0 */
        enum archive_type type;
        const char *path; /* entry_path() */
        uint32_t mode;    /* permissions, setuid, setgid, sticky */
        uint64_t size;    /* of a regular file */
        bool has_crc;     /* of a regular file */
        uint64_t crc;
        const char *link; /* target: of a symbolic link as in the archive, of a hard link an entry_path() */
        uint32_t major, minor;
};

/* The entries of the archive that a tar-split describes, in its order. */
struct archive;

/* As gunzip_new(). */
int archive_new(int fd, struct archive **ret, struct error *reterr);

struct archive *archive_free(struct archive *archive);
DEFINE_CLEANUP(struct archive *, archive_free);

/*
 * The next entry that has something in the layer. Returns 1, or 0 at the end. The result is valid until the
 * next call. -EBADMSG: the tar-split is damaged, or is not that of a layer.
 */
int archive_next(struct archive *archive, struct archive_entry *ret, struct error *reterr);
