/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/*
 * A line of a tar-split file (github.com/vbatts/tar-split, tar/storage/entry.go:Entry). Lines describe a tar
 * archive from its start to its end: the bytes of a segment are in the line; the content of a file is not.
 */
enum tar_split_type {
        TAR_SPLIT_FILE = 1,
        TAR_SPLIT_SEGMENT = 2,
};

struct tar_split_entry {
        enum tar_split_type type;

        const uint8_t *bytes; /* segment: bytes of the archive */
        size_t n_bytes;

        const char *name; /* file: as in the archive; any bytes but NUL */
        uint64_t size;    /* file: of its content */
        bool has_crc;     /* file: false if the archive has no content of it */
        uint64_t crc;     /* file: crc64.h */
};

/*
 * A line holds at most the end of an archive or one extended header, which Go limits to 1 MiB each
 * (disassemble.go:paddingChunkSize, archive/tar/format.go:maxSpecialFileSize). Old releases wrote the whole
 * end of an archive into one line.
 */
#define TAR_SPLIT_LINE_MAX (16U * 1024 * 1024)

/* Decompressed. An archive with 10 million files has 15 GiB; a small gzip file can have much more. */
#define TAR_SPLIT_BYTES_MAX (64ULL << 30)

struct tar_split;

/* As gunzip_new(). */
int tar_split_new(int fd, struct tar_split **ret, struct error *reterr);

struct tar_split *tar_split_free(struct tar_split *split);
DEFINE_CLEANUP(struct tar_split *, tar_split_free);

/*
 * Read the next line. Returns 1, or 0 at the end. The result is valid until the next call. -EBADMSG: the file
 * is damaged; -EFBIG: it exceeds one of the limits.
 */
int tar_split_next(struct tar_split *split, struct tar_split_entry *ret, struct error *reterr);
