/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes tar-split files, slowly. */

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "split-file.h"
#include "unit.h"
#include "verify/crc64.h"

#define BLOCK_BYTES 512U

void split_file_done(struct split_file *split) {
        text_done(&split->lines);
        text_done(&split->segment);
}

static void add_base64(struct text *text, const void *bytes, size_t n) {
        static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        const uint8_t *at = bytes;

        for (size_t i = 0; i < n; i += 3) {
                unsigned bits = (unsigned) at[i] << 16 | (i + 1 < n ? (unsigned) at[i + 1] << 8 : 0) |
                                (i + 2 < n ? at[i + 2] : 0);
                char group[4] = {digits[bits >> 18], digits[bits >> 12 & 63],
                                 i + 1 < n ? digits[bits >> 6 & 63] : '=',
                                 i + 2 < n ? digits[bits & 63] : '='};

                assert_ok(text_add(text, group, 4));
        }
}

void split_bytes(struct split_file *split, const void *bytes, size_t n) {
        assert_ok(text_add(&split->segment, bytes, n));
}

static void set_sum(char *block) {
        unsigned sum = 0;

        memset(block + 148, ' ', 8);
        for (size_t i = 0; i < BLOCK_BYTES; i++)
                sum += (uint8_t) block[i];
        (void) snprintf(block + 148, 8, "%06o", sum);
}

void split_header(struct split_file *split, const struct split_header *header) {
        char block[BLOCK_BYTES] = {0};

        memcpy(block, header->name, strnlen(header->name, 100));
        (void) snprintf(block + 100, 8, "%07o", header->mode);
        (void) snprintf(block + 124, 12, "%011zo", header->size);
        block[156] = header->type;
        if (header->link)
                memcpy(block + 157, header->link, strnlen(header->link, 100));
        memcpy(block + 257,
               "ustar\0"
               "00",
               8);
        (void) snprintf(block + 329, 8, "%07o", header->major);
        (void) snprintf(block + 337, 8, "%07o", header->minor);
        set_sum(block);
        split_bytes(split, block, sizeof(block));
}

static void pad(struct split_file *split, size_t n) {
        static const char zeros[BLOCK_BYTES];

        split_bytes(split, zeros, (size_t) (-n % BLOCK_BYTES));
}

void split_meta(struct split_file *split, char type, const char *content, size_t n) {
        split_header(split, &(struct split_header){.type = type, .name = "meta", .size = n});
        split_bytes(split, content, n);
        pad(split, n);
}

static void flush(struct split_file *split) {
        if (split->segment.len == 0)
                return;
        assert_ok(text_adds(&split->lines, "{\"type\":2,\"payload\":\""));
        add_base64(&split->lines, split->segment.s, split->segment.len);
        assert_ok(text_addf(&split->lines, "\",\"position\":%u}\n", split->position++));
        text_done(&split->segment);
}

void split_line(struct split_file *split, const char *line) {
        flush(split);
        assert_ok(text_addf(&split->lines, "%s\n", line));
        split->position++;
}

void split_content(struct split_file *split, const char *name, const char *content) {
        size_t n = content ? strlen(content) : 0;
        uint64_t crc = crc64_update(CRC64_EMPTY, content ? content : "", n);
        uint8_t bytes[8];

        flush(split);
        for (unsigned i = 0; i < 8; i++)
                bytes[i] = (uint8_t) (crc >> (56 - 8 * i));
        assert_ok(text_addf(&split->lines, "{\"type\":1,\"name\":\"%s\",", name));
        if (n > 0) {
                assert_ok(text_addf(&split->lines, "\"size\":%zu,\"payload\":\"", n));
                add_base64(&split->lines, bytes, sizeof(bytes));
                assert_ok(text_adds(&split->lines, "\","));
        } else
                assert_ok(text_adds(&split->lines, "\"payload\":null,"));
        assert_ok(text_addf(&split->lines, "\"position\":%u}\n", split->position++));
        pad(split, n);
}

void split_entry(struct split_file *split, char type, const char *name, unsigned mode, const char *link,
                 const char *content) {
        split_header(split, &(struct split_header){
                                    .type = type,
                                    .name = name,
                                    .mode = mode,
                                    .size = content ? strlen(content) : 0,
                                    .link = link,
                            });
        split_content(split, name, content);
}

void split_end(struct split_file *split) {
        static const char zeros[2 * BLOCK_BYTES];

        split_bytes(split, zeros, sizeof(zeros));
        flush(split);
}

void gzip_member(int dirfd, const char *path, const void *bytes, size_t n) {
        int fd = openat(dirfd, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        gzFile file;

        assert_ok(fd);
        file = gzdopen(fd, "w1");
        assert_non_null(file);
        assert_int_equal(n > 0 ? gzwrite(file, bytes, (unsigned) n) : 0, n);
        assert_int_equal(gzclose(file), Z_OK);
}

int split_write(struct split_file *split, int dirfd, const char *path) {
        int fd;

        flush(split);
        (void) unlinkat(dirfd, path, 0);
        gzip_member(dirfd, path, split->lines.s, split->lines.len);
        fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
        assert_ok(fd);
        return fd;
}
