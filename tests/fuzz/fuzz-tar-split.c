/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A tar-split file of any bytes, compressed or not: each entry has a path in the layer. The same bytes as a
 * tar archive: it makes no difference in what pieces they come. */

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "fuzz.h"
#include "verify/archive.h"
#include "verify/tar-header.h"

#define INPUT_MAX (64U * 1024) /* a larger one costs time and finds no more */

/* A gzip file that contains the input or, if it begins like one, is the input. */
static int make_file(const uint8_t *data, size_t size) {
        int fd = memfd_create("split", MFD_CLOEXEC);
        gzFile file;

        FUZZ_ASSERT(fd >= 0);
        if (size >= 2 && data[0] == 0x1f && data[1] == 0x8b) {
                FUZZ_ASSERT(write(fd, data, size) == (ssize_t) size);
                return fd;
        }
        file = gzdopen(dup(fd), "w0");
        FUZZ_ASSERT(file && (size == 0 || gzwrite(file, data, (unsigned) size) == (int) size));
        FUZZ_ASSERT(gzclose(file) == Z_OK);
        return fd;
}

static void check_path(const char *path) {
        FUZZ_ASSERT(*path && *path != '/' && path[strlen(path) - 1] != '/' && !strstr(path, "//"));
        FUZZ_ASSERT(strcmp(path, "..") != 0 && strncmp(path, "../", 3) != 0 && !strstr(path, "/../"));
}

static void check_entry(const struct archive_entry *entry, uint64_t *next) {
        FUZZ_ASSERT(entry->index >= *next);
        *next = entry->index + 1;
        FUZZ_ASSERT(entry->mode <= 07777);
        check_path(entry->path);
        if (entry->type == ARCHIVE_HARD_LINK)
                check_path(entry->link);
}

static void read_archive(int fd) {
        _cleanup_(archive_freep) struct archive *archive = NULL;
        struct archive_entry entry;
        uint64_t next = 0;

        FUZZ_ASSERT(archive_new(fd, &archive, NULL) >= 0);
        while (archive_next(archive, &entry, NULL) > 0)
                check_entry(&entry, &next);
}

/* The number of headers, and a sum of what they contain; -1: an error. */
static int64_t read_headers(const uint8_t *data, size_t size, size_t piece) {
        _cleanup_(tar_headers_freep) struct tar_headers *headers = tar_headers_new();
        struct tar_header header;
        int64_t sum = 0;

        FUZZ_ASSERT(headers);
        for (size_t at = 0; at < size; at += piece) {
                size_t n = size - at < piece ? size - at : piece;

                if (tar_headers_feed(headers, data + at, n, NULL) < 0)
                        return -1;
                if ((at + n) % 512 == 0 && tar_headers_take(headers, &header, NULL) >= 0)
                        sum = sum * 31 + 1 + header.type + header.mode + (int64_t) strlen(header.link) +
                              header.major;
                sum &= INT64_MAX >> 8;
        }
        return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        int fd;

        if (size > INPUT_MAX)
                return 0;
        fd = make_file(data, size);
        read_archive(fd);
        close(fd);
        FUZZ_ASSERT(read_headers(data, size, 512) == read_headers(data, size, 1));
        return 0;
}
