/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/error.h"
#include "base/fd.h"
#include "base/newfile.h"
#include "format/record.h"

/* As enum cstorage_record_file_state. */
enum record_file_state {
        RECORD_FILE_MISSING,
        RECORD_FILE_OK,    /* read; whether its records make sense its parser will tell */
        RECORD_FILE_EMPTY, /* not one byte, or null */
        RECORD_FILE_DAMAGED,
        RECORD_FILE_UNREADABLE,
};

/* The bytes of a record file, and which moment of it they are. */
struct record_file {
        enum record_file_state state;
        char *text; /* of len bytes and a NUL; NULL unless OK */
        size_t len;
        struct identity
                identity;   /* zero where missing, or unreadable in such a way that not even that is known */
        struct error error; /* where DAMAGED or UNREADABLE */
};

#define RECORD_FILE_INIT ((struct record_file){0})

void record_file_done(struct record_file *file);

/* Read one below dirfd (which may be -1: then it is missing) in place of what file holds. Only -ENOMEM is an
 * error; all else is a state. */
int record_file_read(struct record_file *file, int dirfd, const char *path);

/* Whether what was read says nothing to anybody, no Go process either: it is empty or null, or
 * text_is_torn(). One that is DAMAGED for any other reason may hold what others can read. */
bool record_file_is_broken(const struct record_file *file);

/* Whether the file below dirfd is still the one that was read: missing still missing, same inode, size and
 * times; what could not even be looked at still cannot. */
bool record_file_is_current(const struct record_file *file, int dirfd, const char *path);

/*
 * A file of these n records, in this order and with mode 0600, that will take the place of the one that is
 * there, as newfile_make(), newfile_place() and newfile_sync_directory() do it. The lock must be held and,
 * before it is put there, the token be written. Which moment of the file this is goes to *ret_id (may be
 * NULL).
 */
int record_file_make(struct newfile *ret, int dirfd, const char *path, const struct slice *records, size_t n,
                     bool durable, struct error *reterr);
int record_file_place(struct newfile *file, struct identity *ret_id, struct error *reterr);
int record_file_sync_directory(const struct newfile *file, struct error *reterr);
