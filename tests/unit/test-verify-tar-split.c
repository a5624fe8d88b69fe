/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <zlib.h>

#include "base/text.h"
#include "unit.h"
#include "verify/tar-split.h"

/* A descriptor of a file with this text, compressed. */
static int compressed(const char *text, size_t n) {
        int fd = memfd_create("split", MFD_CLOEXEC);
        gzFile file = gzdopen(dup(fd), "w1");

        assert_non_null(file);
        assert_int_equal(gzwrite(file, text, (unsigned) n), n);
        assert_int_equal(gzclose(file), Z_OK);
        return fd;
}

/* Read the only line of a file. */
static int read_line(struct tar_split **ret_split, int *ret_fd, const char *line,
                     struct tar_split_entry *ret) {
        *ret_split = NULL;
        *ret_fd = compressed(line, strlen(line));
        assert_ok(tar_split_new(*ret_fd, ret_split, NULL));
        return tar_split_next(*ret_split, ret, NULL);
}

static void a_file_has_a_name_a_size_and_a_sum(void **state) {
        _cleanup_(tar_split_freep) struct tar_split *split = NULL;
        _cleanup_close_ int fd = -1;
        struct tar_split_entry entry;

        (void) state;
        assert_int_equal(read_line(&split, &fd,
                                   "{\"type\":1,\"name\":\"./data\",\"size\":5,\"payload\":\"YVh+otrAAAA=\","
                                   "\"position\":5}\n",
                                   &entry),
                         1);
        assert_int_equal(entry.type, TAR_SPLIT_FILE);
        assert_string_equal(entry.name, "./data");
        assert_int_equal(entry.size, 5);
        assert_true(entry.has_crc);
        assert_int_equal(entry.crc, 0x61587ea2dac00000);
        assert_int_equal(tar_split_next(split, &entry, NULL), 0);
}

static void a_file_without_content_has_no_sum(void **state) {
        static const char *const lines[] = {"{\"type\":1,\"name\":\"a\",\"payload\":null,\"position\":0}",
                                            "{\"type\":1,\"name\":\"a\",\"payload\":\"\"}",
                                            "{\"type\":1,\"name\":\"a\"}"};

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
                _cleanup_(tar_split_freep) struct tar_split *split = NULL;
                _cleanup_close_ int fd = -1;
                struct tar_split_entry entry;

                assert_int_equal(read_line(&split, &fd, lines[i], &entry), 1);
                assert_int_equal(entry.size, 0);
                assert_false(entry.has_crc);
        }
}

static void a_name_has_escapes_or_raw_bytes(void **state) {
        static const struct {
                const char *line, *name;
        } known[] = {
                {"{\"type\":1,\"name\":\"a\\u0026\\u00fc\\n\"}", "a&\xc3\xbc\n"},
                {"{\"type\":1,\"name_raw\":\"Yf8=\"}", "a\xff"},
                {"{\"type\":1,\"name\":\"ignored\",\"name_raw\":\"Yf8=\"}", "a\xff"},
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
                _cleanup_(tar_split_freep) struct tar_split *split = NULL;
                _cleanup_close_ int fd = -1;
                struct tar_split_entry entry;

                assert_int_equal(read_line(&split, &fd, known[i].line, &entry), 1);
                assert_string_equal(entry.name, known[i].name);
        }
}

static void a_segment_has_bytes(void **state) {
        _cleanup_(tar_split_freep) struct tar_split *split = NULL;
        _cleanup_close_ int fd = -1;
        struct tar_split_entry entry;

        (void) state;
        assert_int_equal(read_line(&split, &fd, "{\"type\":2,\"payload\":\"AAEC\",\"position\":0}\n", &entry),
                         1);
        assert_int_equal(entry.type, TAR_SPLIT_SEGMENT);
        assert_int_equal(entry.n_bytes, 3);
        assert_memory_equal(entry.bytes, "\0\1\2", 3);
}

static void lines_of_any_length_are_read(void **state) {
        _cleanup_text_ struct text text = TEXT_INIT;
        _cleanup_(tar_split_freep) struct tar_split *split = NULL;
        _cleanup_close_ int fd = -1;
        struct tar_split_entry entry;

        (void) state;
        for (size_t n = 1; n < 2000000; n *= 3) {
                assert_ok(text_adds(&text, "{\"type\":2,\"payload\":\""));
                for (size_t i = 0; i < n; i++)
                        assert_ok(text_add(&text, "AAAA", 4));
                assert_ok(text_adds(&text, "\"}\n"));
        }
        fd = compressed(text.s, text.len);
        assert_ok(tar_split_new(fd, &split, NULL));
        for (size_t n = 1; n < 2000000; n *= 3) {
                assert_int_equal(tar_split_next(split, &entry, NULL), 1);
                assert_int_equal(entry.n_bytes, 3 * n);
        }
        assert_int_equal(tar_split_next(split, &entry, NULL), 0);
}

static void a_line_above_the_limit_is_refused(void **state) {
        _cleanup_free_ char *line = malloc(TAR_SPLIT_LINE_MAX + 1024 * 1024);
        _cleanup_(tar_split_freep) struct tar_split *split = NULL;
        _cleanup_close_ int fd = -1;
        struct tar_split_entry entry;

        (void) state;
        memset(line, 'A', TAR_SPLIT_LINE_MAX + 1024 * 1024);
        memcpy(line, "{\"type\":2,\"payload\":\"", 21);
        fd = compressed(line, TAR_SPLIT_LINE_MAX + 1024 * 1024);
        assert_ok(tar_split_new(fd, &split, NULL));
        assert_int_equal(tar_split_next(split, &entry, NULL), -EFBIG);
}

static void a_line_that_is_something_else_is_damage(void **state) {
        static const char *const lines[] = {
                "\n",
                "[]",
                "{}",
                "null",
                "{\"type\":3}",
                "{\"type\":0,\"name\":\"a\"}",
                "{\"type\":1}",
                "{\"type\":\"1\",\"name\":\"a\"}",
                "{\"type\":1,\"name\":\"\\u0000\"}",
                "{\"type\":1,\"name\":\"a\xff\"}",
                "{\"type\":1,\"name\":5}",
                "{\"type\":1,\"name\":\"a\",\"size\":-1}",
                "{\"type\":1,\"name\":\"a\",\"size\":1.5}",
                "{\"type\":1,\"name\":\"a\",\"payload\":\"AAAA\"}",
                "{\"type\":1,\"name_raw\":\"AA==\"}",
                "{\"type\":2,\"payload\":\"A\"}",
                "{\"type\":2,\"payload\":7}",
                "{\"type\":2,\"payload\":\"AAAA\"",
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
                _cleanup_(tar_split_freep) struct tar_split *split = NULL;
                _cleanup_close_ int fd = -1;
                struct tar_split_entry entry;

                assert_int_equal(read_line(&split, &fd, lines[i], &entry), -EBADMSG);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_file_has_a_name_a_size_and_a_sum),
                cmocka_unit_test(a_file_without_content_has_no_sum),
                cmocka_unit_test(a_name_has_escapes_or_raw_bytes),
                cmocka_unit_test(a_segment_has_bytes),
                cmocka_unit_test(lines_of_any_length_are_read),
                cmocka_unit_test(a_line_above_the_limit_is_refused),
                cmocka_unit_test(a_line_that_is_something_else_is_damage),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
