/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Record files. An unreadable record file is a state of the store, not an error: nothing that depends on it
 * may be decided, and everything else continues. */

#include <fcntl.h>
#include <string.h>

#include "base/array.h"
#include "disk/record-file.h"
#include "format/torn-file.h"
#include "json/json.h"

/* The Go library replaces these files and never writes into them (pkg/ioutils/fswriters.go), so another
 * program writes a file that keeps growing. On NFS a replaced file may be stale a few times in a row. */
#define READ_TRIES 8

#define RECORD_FILE_MODE 0600

/* ------------------------------------------------------------------------------------------ reading */

void record_file_done(struct record_file *file) {
        free(file->text);
        *file = RECORD_FILE_INIT;
}

/* Read the identity, even of a file that is unreadable and even of a link in its place. */
static int look(int dirfd, const char *path, struct identity *ret) {
        _cleanup_close_ int fd = open_beneath(dirfd, path, O_PATH);

        return fd < 0 ? fd : identity_at(fd, "", ret);
}

static int read_tries(struct record_file *file, int dirfd, const char *path) {
        int r = -EAGAIN;

        for (int i = 0; i < READ_TRIES && (r == -EAGAIN || r == -ESTALE); i++)
                r = read_file_at(dirfd, path, JSON_BYTES_MAX, &file->text, &file->len, &file->identity);
        return r;
}

static const struct {
        int code;
        const char *text;
} meanings[] = {
        {-ELOOP, "a symbolic link stands in its place, or in that of one of its directories, and is not "
                 "followed. Stop "
                 "podman, and replace the link by what it leads to"},
        {-EBADF, "is not a regular file. Remove what stands there, and restore the record file"},
        {-ENXIO, "is not a regular file. Remove what stands there, and restore the record file"},
        {-EAGAIN, "another process writes to it without the store's lock. Stop that process"},
        {-EFBIG, "is larger than any record file can be"},
};

static void explain(struct record_file *file, int code, int dirfd, const char *path) {
        _cleanup_free_ char *full = path_below(dirfd, path);
        const char *name = full ? full : path;

        for (size_t i = 0; i < ARRAY_SIZE(meanings); i++)
                if (meanings[i].code == code) {
                        error_set(&file->error, code, "%s: %s", name, meanings[i].text);
                        return;
                }
        error_errno(&file->error, code, "cannot read %s", name);
}

static void set_unreadable(struct record_file *file, int code, int dirfd, const char *path) {
        file->state = code == -EFBIG ? RECORD_FILE_DAMAGED : RECORD_FILE_UNREADABLE;
        explain(file, code, dirfd, path);
        (void) look(dirfd, path, &file->identity);
}

/* A file without records is "[]". A Go process saves null only after it has read null. */
static bool is_null(const struct record_file *file) {
        static const char blank[] = " \t\r\n";
        const char *word = file->text + strspn(file->text, blank);
        size_t length = strcspn(word, blank);

        return length == strlen("null") && memcmp(word, "null", length) == 0 &&
               word + length + strspn(word + length, blank) == file->text + file->len;
}

int record_file_read(struct record_file *file, int dirfd, const char *path) {
        int r;

        record_file_done(file);
        if (dirfd == -1)
                return 0;

        r = read_tries(file, dirfd, path);
        if (r == -ENOENT || r == -ENOMEM)
                return r == -ENOMEM ? r : 0;
        if (r < 0) {
                set_unreadable(file, r, dirfd, path);
                return 0;
        }

        file->state = file->len == 0 || is_null(file) ? RECORD_FILE_EMPTY : RECORD_FILE_OK;
        if (file->state == RECORD_FILE_EMPTY) {
                free(file->text);
                file->text = NULL;
        }
        return 0;
}

bool record_file_is_torn(const struct record_file *file) {
        return file->state == RECORD_FILE_EMPTY ||
               (file->state == RECORD_FILE_OK && text_is_torn(file->text, file->len));
}

bool record_file_is_current(const struct record_file *file, int dirfd, const char *path) {
        struct identity now;
        int r;

        /* identity_same_content() proves that it is the same file, so following links is safe here. */
        if (file->state == RECORD_FILE_OK && dirfd != -1)
                return identity_at(dirfd, path, &now) >= 0 && identity_same_content(&file->identity, &now);

        r = dirfd == -1 ? -ENOENT : look(dirfd, path, &now);
        if (file->state == RECORD_FILE_MISSING)
                return r == -ENOENT;
        if (r < 0)
                return r != -ENOENT && file->identity.ino == 0;
        return identity_same_content(&file->identity, &now);
}

/* ------------------------------------------------------------------------------------------ writing */

/* The pieces that a file is written from. */
struct pieces {
        struct iovec *items;
        size_t n, cap;
        size_t bytes;
};

static void pieces_done(struct pieces *pieces) {
        free(pieces->items);
}

static int pieces_add(struct pieces *pieces, const char *at, size_t len) {
        int r;

        r = ARRAY_RESERVE(pieces->items, pieces->cap, pieces->n + 1);
        if (r < 0)
                return r;

        pieces->items[pieces->n++] = (struct iovec){.iov_base = (void *) (uintptr_t) at, .iov_len = len};
        pieces->bytes += len;
        return 0;
}

/* Most records are written unchanged. If a record directly follows the last one in the text that both were
 * read from, extend the last piece. */
static bool pieces_extend(struct pieces *pieces, const struct slice *record) {
        struct iovec *last = &pieces->items[pieces->n - 1];
        const char *end = (const char *) last->iov_base + last->iov_len;

        if (end + 1 != record->at || *end != ',')
                return false;
        last->iov_len += 1 + record->len;
        pieces->bytes += 1 + record->len;
        return true;
}

static int pieces_add_record(struct pieces *pieces, const struct slice *record, bool first) {
        int r;

        if (!first && pieces_extend(pieces, record))
                return 0;
        r = pieces_add(pieces, first ? "[" : ",", 1);
        return r < 0 ? r : pieces_add(pieces, record->at, record->len);
}

static int make_file(int dirfd, const char *path, const struct slice *records, size_t n, bool durable,
                     struct newfile *ret) {
        _cleanup_(pieces_done) struct pieces pieces = {0};
        int r;

        for (size_t i = 0; i < n; i++) {
                r = pieces_add_record(&pieces, &records[i], i == 0);
                if (r < 0)
                        return r;
        }
        r = n == 0 ? pieces_add(&pieces, "[]", 2) : pieces_add(&pieces, "]", 1);
        if (r < 0)
                return r;
        if (pieces.bytes > JSON_BYTES_MAX)
                return -EFBIG;
        return newfile_make(ret, dirfd, path, pieces.items, pieces.n, RECORD_FILE_MODE, durable);
}

int record_file_make(struct newfile *ret, int dirfd, const char *path, const struct slice *records, size_t n,
                     bool durable, struct error *reterr) {
        _cleanup_free_ char *full = NULL;
        int r;

        r = make_file(dirfd, path, records, n, durable, ret);
        if (r >= 0)
                return 0;

        full = path_below(dirfd, path);
        if (r == -EFBIG)
                return error_set(reterr, r,
                                 "%s would be larger than any record file can be; delete something first",
                                 full ? full : path);
        return error_errno(reterr, r, "cannot write %s", full ? full : path);
}

static int failed(const struct newfile *file, int r, const char *what, struct error *reterr) {
        _cleanup_free_ char *full = path_below(file->dir_fd, file->name);

        return error_errno(reterr, r, "cannot %s %s", what, full ? full : file->name);
}

int record_file_place(struct newfile *file, struct identity *ret_id, struct error *reterr) {
        int r = newfile_place(file, ret_id);

        return r < 0 ? failed(file, r, "write", reterr) : 0;
}

int record_file_sync_directory(const struct newfile *file, struct error *reterr) {
        int r = newfile_sync_directory(file);

        return r < 0 ? failed(file, r, "sync the directory of", reterr) : 0;
}
