/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>

#include "split-file.h"
#include "unit.h"
#include "verify/tar-header.h"

#define BLOCK_BYTES 512U

/* Feed the bytes of the segment in pieces of this size. */
static int feed(struct tar_headers *headers, const struct split_file *bytes, size_t piece) {
        int r = 0;

        for (size_t at = 0; at < bytes->segment.len && r >= 0; at += piece) {
                size_t left = bytes->segment.len - at;

                r = tar_headers_feed(headers, (const uint8_t *) bytes->segment.s + at,
                                     left < piece ? left : piece, NULL);
        }
        return r;
}

/* The header that the segment ends with. */
static void take(struct tar_headers **ret_headers, const struct split_file *bytes, size_t piece,
                 struct tar_header *ret) {
        *ret_headers = tar_headers_new();
        assert_non_null(*ret_headers);
        assert_ok(feed(*ret_headers, bytes, piece));
        assert_ok(tar_headers_take(*ret_headers, ret, NULL));
}

static void a_header_has_type_mode_link_and_device(void **state) {
        static const size_t pieces[] = {1, 7, 512, 4096};

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
                _cleanup_(tar_headers_freep) struct tar_headers *headers = NULL;
                _cleanup_split_file_ struct split_file bytes = SPLIT_FILE_INIT;
                struct tar_header header;

                split_header(&bytes, &(struct split_header){.type = '3',
                                                            .name = "n",
                                                            .mode = 04751,
                                                            .link = "l",
                                                            .major = 10,
                                                            .minor = 229});
                take(&headers, &bytes, pieces[i], &header);
                assert_int_equal(header.type, TAR_CHAR);
                assert_int_equal(header.mode, 04751);
                assert_string_equal(header.link, "l");
                assert_int_equal(header.major, 10);
                assert_int_equal(header.minor, 229);
        }
}

static void a_long_target_is_in_a_header_before(void **state) {
        _cleanup_(tar_headers_freep) struct tar_headers *pax = NULL, *gnu = NULL;
        _cleanup_split_file_ struct split_file with_pax = SPLIT_FILE_INIT, with_gnu = SPLIT_FILE_INIT;
        struct tar_header header;

        (void) state;
        split_meta(&with_pax, 'x', "17 linkpath=a\xff/b\n30 mtime=1350244992.023960108\n", 47);
        split_header(&with_pax, &(struct split_header){.type = '2', .name = "n", .link = "short"});
        take(&pax, &with_pax, 100, &header);
        assert_string_equal(header.link, "a\xff/b");

        split_meta(&with_gnu, 'L', "name", 5);
        split_meta(&with_gnu, 'K', "target", 7);
        split_header(&with_gnu, &(struct split_header){.type = '2', .name = "n", .link = "short"});
        take(&gnu, &with_gnu, 100, &header);
        assert_string_equal(header.link, "target");
}

static void extended_headers_count_for_one_file(void **state) {
        _cleanup_(tar_headers_freep) struct tar_headers *headers = tar_headers_new();
        _cleanup_split_file_ struct split_file first = SPLIT_FILE_INIT, second = SPLIT_FILE_INIT;
        struct tar_header header;

        (void) state;
        split_meta(&first, 'x', "17 linkpath=long\n", 17);
        split_header(&first, &(struct split_header){.type = '2', .name = "n", .link = "short"});
        split_header(&second, &(struct split_header){.type = '2', .name = "m", .link = "short"});
        assert_ok(feed(headers, &first, 512));
        assert_ok(tar_headers_take(headers, &header, NULL));
        assert_string_equal(header.link, "long");
        assert_ok(feed(headers, &second, 512));
        assert_ok(tar_headers_take(headers, &header, NULL));
        assert_string_equal(header.link, "short");
}

/* Padding follows a content, whose size is that of the extended header if there is one; a link has none. */
static void padding_behind_a_content_is_skipped(void **state) {
        static const struct {
                char type;
                size_t size, padding;
                const char *pax;
        } known[] = {
                {'0', 5, 507, NULL}, {'0', 512, 0, NULL}, {'0', 0, 0, NULL},
                {'1', 5, 0, NULL},   {'5', 5, 0, NULL},   {'0', 5, 412, "12 size=100\n"},
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
                _cleanup_(tar_headers_freep) struct tar_headers *headers = tar_headers_new();
                _cleanup_split_file_ struct split_file first = SPLIT_FILE_INIT, second = SPLIT_FILE_INIT;
                static const char zeros[BLOCK_BYTES];
                struct tar_header header;

                if (known[i].pax)
                        split_meta(&first, 'x', known[i].pax, strlen(known[i].pax));
                split_header(&first, &(struct split_header){.type = known[i].type,
                                                            .name = "n",
                                                            .size = known[i].size});
                assert_ok(feed(headers, &first, 512));
                assert_ok(tar_headers_take(headers, &header, NULL));
                split_bytes(&second, zeros, known[i].padding);
                split_header(&second, &(struct split_header){.type = '5', .name = "m", .mode = 0711});
                assert_ok(feed(headers, &second, 512));
                assert_ok(tar_headers_take(headers, &header, NULL));
                assert_int_equal(header.mode, 0711);
        }
}

static void a_global_header_is_an_entry_of_its_own(void **state) {
        _cleanup_(tar_headers_freep) struct tar_headers *headers = tar_headers_new();
        _cleanup_split_file_ struct split_file bytes = SPLIT_FILE_INIT, rest = SPLIT_FILE_INIT;
        static const char zeros[BLOCK_BYTES];
        struct tar_header header;

        (void) state;
        split_header(&bytes, &(struct split_header){.type = 'g', .name = "pax_global_header", .size = 17});
        split_bytes(&bytes, "17 comment=short\n", 17);
        assert_ok(feed(headers, &bytes, 512));
        assert_ok(tar_headers_take(headers, &header, NULL));
        assert_int_equal(header.type, TAR_GLOBAL);
        split_bytes(&rest, zeros, 512 - 17);
        split_header(&rest, &(struct split_header){.type = '0', .name = "n"});
        assert_ok(feed(headers, &rest, 512));
        assert_ok(tar_headers_take(headers, &header, NULL));
        assert_int_equal(header.type, TAR_REGULAR);
}

static void the_map_of_a_sparse_file_of_the_old_format_is_skipped(void **state) {
        _cleanup_(tar_headers_freep) struct tar_headers *headers = tar_headers_new();
        _cleanup_split_file_ struct split_file bytes = SPLIT_FILE_INIT;
        char map[2][BLOCK_BYTES] = {{0}};
        struct tar_header header;
        unsigned sum = 0;

        (void) state;
        split_header(&bytes, &(struct split_header){.type = 'S', .name = "n", .mode = 0600});
        bytes.segment.s[482] = 1;
        memset(bytes.segment.s + 148, ' ', 8);
        for (size_t i = 0; i < BLOCK_BYTES; i++)
                sum += (uint8_t) bytes.segment.s[i];
        (void) snprintf(bytes.segment.s + 148, 8, "%06o", sum);
        map[0][504] = 1;
        split_bytes(&bytes, map, sizeof(map));
        assert_ok(feed(headers, &bytes, 100));
        assert_ok(tar_headers_take(headers, &header, NULL));
        assert_int_equal(header.mode, 0600);
}

/* A header in which one byte is replaced. */
static int feed_changed(size_t offset, char byte, char type) {
        _cleanup_(tar_headers_freep) struct tar_headers *headers = tar_headers_new();
        _cleanup_split_file_ struct split_file bytes = SPLIT_FILE_INIT;
        struct tar_header header;
        int r;

        split_header(&bytes, &(struct split_header){.type = type, .name = "n"});
        bytes.segment.s[offset] = byte;
        r = feed(headers, &bytes, 512);
        return r < 0 ? r : tar_headers_take(headers, &header, NULL);
}

static void a_header_that_is_wrong_is_refused(void **state) {
        (void) state;
        assert_int_equal(feed_changed(0, 'n', '0'), 0);
        assert_int_equal(feed_changed(0, 'm', '0'), -EBADMSG);
        assert_int_equal(feed_changed(100, 'x', '0'), -EBADMSG);
        assert_int_equal(feed_changed(150, 'x', '0'), -EBADMSG);
        assert_int_equal(feed_changed(0, 'n', 'Z'), -EBADMSG);
}

static int feed_meta(char type, const char *content, size_t n) {
        _cleanup_(tar_headers_freep) struct tar_headers *headers = tar_headers_new();
        _cleanup_split_file_ struct split_file bytes = SPLIT_FILE_INIT;

        split_meta(&bytes, type, content, n);
        return feed(headers, &bytes, 512);
}

static void an_extended_header_that_is_wrong_is_refused(void **state) {
        static const char *const wrong[] = {
                "x",        "5 a=b",         "6 a=b",       "99 a=b\n", "0 a=b\n",
                "-6 a=b\n", " 6 a=b\n",      "6 a b\n",     "3 \n",     "12 size=-10\n",
                "6 a=b\nx", "11 size=0x1\n", "4 =\n4 =\nb", "1 a=b\n",  "99999999999999999999 a=b\n"};

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
                assert_int_equal(feed_meta('x', wrong[i], strlen(wrong[i])), -EBADMSG);
        assert_int_equal(feed_meta('x', "16 linkpath=a\0b\n", 16), -EBADMSG);
        assert_int_equal(feed_meta('x', "6 a=b\n", 6), 0);
        assert_int_equal(feed_meta('x', "", 0), 0);
}

static void an_extended_header_above_the_limit_is_refused(void **state) {
        _cleanup_(tar_headers_freep) struct tar_headers *headers = tar_headers_new();
        _cleanup_split_file_ struct split_file bytes = SPLIT_FILE_INIT;

        (void) state;
        split_header(&bytes, &(struct split_header){.type = 'x', .name = "n", .size = (1U << 20) + 1});
        assert_int_equal(feed(headers, &bytes, 512), -EBADMSG);
}

static void bytes_behind_the_end_do_not_matter(void **state) {
        _cleanup_(tar_headers_freep) struct tar_headers *headers = tar_headers_new();
        _cleanup_split_file_ struct split_file bytes = SPLIT_FILE_INIT;
        static const char zeros[2 * BLOCK_BYTES];
        struct tar_header header;

        (void) state;
        split_bytes(&bytes, zeros, sizeof(zeros));
        split_bytes(&bytes, "anything", 8);
        assert_ok(feed(headers, &bytes, 512));
        assert_int_equal(tar_headers_take(headers, &header, NULL), -EBADMSG);
}

static void a_file_needs_a_header_of_its_own(void **state) {
        _cleanup_(tar_headers_freep) struct tar_headers *headers = tar_headers_new();
        _cleanup_split_file_ struct split_file bytes = SPLIT_FILE_INIT;
        struct tar_header header;

        (void) state;
        assert_int_equal(tar_headers_take(headers, &header, NULL), -EBADMSG);
        split_header(&bytes, &(struct split_header){.type = '0', .name = "n"});
        assert_ok(feed(headers, &bytes, 512));
        assert_int_equal(feed(headers, &bytes, 512), -EBADMSG);
        assert_ok(tar_headers_take(headers, &header, NULL));
        assert_int_equal(tar_headers_take(headers, &header, NULL), -EBADMSG);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_header_has_type_mode_link_and_device),
                cmocka_unit_test(a_long_target_is_in_a_header_before),
                cmocka_unit_test(extended_headers_count_for_one_file),
                cmocka_unit_test(padding_behind_a_content_is_skipped),
                cmocka_unit_test(a_global_header_is_an_entry_of_its_own),
                cmocka_unit_test(the_map_of_a_sparse_file_of_the_old_format_is_skipped),
                cmocka_unit_test(a_header_that_is_wrong_is_refused),
                cmocka_unit_test(an_extended_header_that_is_wrong_is_refused),
                cmocka_unit_test(an_extended_header_above_the_limit_is_refused),
                cmocka_unit_test(bytes_behind_the_end_do_not_matter),
                cmocka_unit_test(a_file_needs_a_header_of_its_own),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
