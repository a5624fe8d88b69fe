/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/error.h"
#include "base/fd.h"
#include "base/newfile.h"
#include "format/record.h"

/* See enum cstorage_record_file_state. */
enum record_file_state {
        RECORD_FILE_MISSING,
        RECORD_FILE_OK,    /* read; the parser checks the records */
        RECORD_FILE_EMPTY, /* 0 bytes, or null */
        RECORD_FILE_DAMAGED,
        RECORD_FILE_UNREADABLE,
};

/* The bytes of a record file, and the identity of the version that was read. */
struct record_file {
        enum record_file_state state;
        char *text; /* len bytes and a NUL; NULL unless OK */
        size_t len;
        struct identity identity; /* zero if missing, or if even the identity is unreadable */
        struct error error;       /* if DAMAGED or UNREADABLE */
};

#define RECORD_FILE_INIT ((struct record_file){0})

void record_file_done(struct record_file *file);

/* Read a record file below dirfd (-1: the file is missing) and replace the contents of file. Only -ENOMEM is
 * an error; everything else is a state. */
int record_file_read(struct record_file *file, int dirfd, const char *path);

/* Is the file without content for every reader, Go processes included? It is, if it is empty or null or if
 * text_is_torn(). A file that is DAMAGED in another way may contain records that another program can read. */
bool record_file_is_torn(const struct record_file *file);

/* Is the file below dirfd still the one that was read? That is: still missing, or the same inode, size and
 * times, or still without a readable identity. */
bool record_file_is_current(const struct record_file *file, int dirfd, const char *path);

/*
 * Prepare a file with these n records, in this order and with mode 0600, to replace the present one: see
 * newfile_make(), newfile_place() and newfile_sync_directory(). The caller holds the lock and writes the
 * token before record_file_place(). *ret_id (may be NULL) is the identity of the new file.
 */
int record_file_make(struct newfile *ret, int dirfd, const char *path, const struct slice *records, size_t n,
                     bool durable, struct error *reterr);
int record_file_place(struct newfile *file, struct identity *ret_id, struct error *reterr);
int record_file_sync_directory(const struct newfile *file, struct error *reterr);
