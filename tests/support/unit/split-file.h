/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A tar-split file that a test puts together. */

#include "base/text.h"

struct split_file {
        struct text lines, segment; /* the segment is not written yet */
        unsigned position;
};

#define SPLIT_FILE_INIT ((struct split_file){0})

void split_file_done(struct split_file *split);
#define _cleanup_split_file_ _cleanup_(split_file_done)

struct split_header {
        char type;
        const char *name; /* in the header */
        unsigned mode;
        size_t size;
        const char *link;
        unsigned major, minor;
};

/* Bytes of the archive that are in the tar-split. */
void split_bytes(struct split_file *split, const void *bytes, size_t n);
void split_header(struct split_file *split, const struct split_header *header);

/* An extended header with this content. */
void split_meta(struct split_file *split, char type, const char *content, size_t n);

/* A line of its own, after the one with the bytes so far. */
void split_line(struct split_file *split, const char *line);

/* The line of a file, and the padding behind its content. content NULL: no content is in the archive. */
void split_content(struct split_file *split, const char *name, const char *content);

/* An entry with its header. content may be NULL. */
void split_entry(struct split_file *split, char type, const char *name, unsigned mode, const char *link,
                 const char *content);

/* The end of the archive. */
void split_end(struct split_file *split);

/* Compress n bytes and append them to the file as a member of gzip. */
void gzip_member(int dirfd, const char *path, const void *bytes, size_t n);

/* Write all lines to a file, and return a descriptor of it. */
int split_write(struct split_file *split, int dirfd, const char *path);
