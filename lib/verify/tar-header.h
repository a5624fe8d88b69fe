/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

#include "base/error.h"

/* The type flags of headers that stand for a file. */
enum tar_type {
        TAR_REGULAR = '0',
        TAR_OLD_REGULAR = '\0', /* a directory if the name ends in "/" */
        TAR_HARD_LINK = '1',
        TAR_SYMLINK = '2',
        TAR_CHAR = '3',
        TAR_BLOCK = '4',
        TAR_DIRECTORY = '5',
        TAR_FIFO = '6',
        TAR_CONTIGUOUS = '7', /* as a regular file */
        TAR_GNU_SPARSE = 'S', /* as a regular file */
        TAR_GLOBAL = 'g',     /* no file: the defaults of an archive, which the Go library ignores */
};

/* The header of a file, with what extended headers before it say. Its name and size are in the tar-split. */
struct tar_header {
        enum tar_type type;
        uint32_t mode;    /* permissions, setuid, setgid, sticky */
        const char *link; /* the target of a link; "" */
        uint32_t major, minor;
};

/*
 * A reader of the headers of a tar archive, from the segments of a tar-split: it gets all bytes of the
 * archive but the content of files. The formats are those that archive/tar of Go reads: v7, ustar, pax, GNU.
 */
struct tar_headers;

struct tar_headers *tar_headers_new(void); /* NULL: no memory */
struct tar_headers *tar_headers_free(struct tar_headers *headers);
DEFINE_CLEANUP(struct tar_headers *, tar_headers_free);

/* Read bytes. -EBADMSG: they are not part of a valid archive. */
int tar_headers_feed(struct tar_headers *headers, const uint8_t *bytes, size_t n, struct error *reterr);

/*
 * Take the header that is complete now. The next bytes are those behind the content of the file. The result
 * is valid until the next call of tar_headers_feed(). -EBADMSG: no header is complete.
 */
int tar_headers_take(struct tar_headers *headers, struct tar_header *ret, struct error *reterr);
