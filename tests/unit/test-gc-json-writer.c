/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "report/json-writer.h"
#include "unit.h"
#include "json/utf8.h"

static char *string_as_json(const char *value) {
        char *buffer = NULL;
        size_t size;
        FILE *f = open_memstream(&buffer, &size);
        struct json_writer json = JSON_WRITER_INIT(f);

        assert_non_null(f);
        json_writer_string(&json, NULL, value);
        assert_int_equal(fclose(f), 0);
        return buffer;
}

static void assert_written(const char *value, const char *wanted) {
        _cleanup_free_ char *json = string_as_json(value);

        assert_string_equal(json, wanted);
}

static void text_stays_text(void **state) {
        (void) state;
        assert_written("", "\"\"");
        assert_written("overlay/l/ABC", "\"overlay/l/ABC\"");
        assert_written("M\xc3\xbcnchen \xe2\x82\xac \xf0\x9f\x90\xb3",
                       "\"M\xc3\xbcnchen \xe2\x82\xac \xf0\x9f\x90\xb3\"");
        assert_written(NULL, "null");
}

static void what_json_does_not_take_is_escaped(void **state) {
        (void) state;
        assert_written("a\"b", "\"a\\\"b\"");
        assert_written("a\nb\tc\rd\x01\x7f", "\"a\\nb\\tc\\u000dd\\u0001\\u007f\"");
}

static void bytes_that_are_no_text_and_backslashes_can_be_told_apart(void **state) {
        (void) state;
        assert_written("\xff", "\"\\\\xff\"");
        assert_written("\\xff", "\"\\\\\\\\xff\"");
        assert_written("a\x80z", "\"a\\\\x80z\"");
}

static void only_what_is_utf_8_counts_as_a_character(void **state) {
        static const struct {
                const char *bytes;
                unsigned length;
        } cases[] = {
                {"a", 1},
                {"\x7f", 1},
                {"\x80", 0},
                {"\xc0\x80", 0}, /* overlong */
                {"\xc1\xbf", 0},
                {"\xc2\x80", 2},
                {"\xc2", 0}, /* cut off */
                {"\xc2z", 0},
                {"\xe0\x9f\xbf", 0},
                {"\xe0\xa0\x80", 3},
                {"\xe2\x82", 0},
                {"\xed\x9f\xbf", 3},
                {"\xed\xa0\x80", 0}, /* a surrogate */
                {"\xef\xbf\xbf", 3},
                {"\xf0\x8f\xbf\xbf", 0},
                {"\xf0\x90\x80\x80", 4},
                {"\xf0\x90\x80", 0},
                {"\xf4\x8f\xbf\xbf", 4},
                {"\xf4\x90\x80\x80", 0}, /* above U+10FFFF */
                {"\xf5\x80\x80\x80", 0},
                {"\xff", 0},
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
                assert_int_equal(utf8_length(cases[i].bytes, strlen(cases[i].bytes)), cases[i].length);
}

static void commas_stand_between_values_and_nowhere_else(void **state) {
        _cleanup_free_ char *buffer = NULL;
        size_t size;
        FILE *f = open_memstream(&buffer, &size);
        struct json_writer json = JSON_WRITER_INIT(f);

        (void) state;
        json_writer_open(&json, NULL, '{');
        json_writer_open(&json, "empty", '[');
        json_writer_close(&json, ']');
        json_writer_open(&json, "list", '[');
        json_writer_u64(&json, NULL, UINT64_MAX);
        json_writer_open(&json, NULL, '{');
        json_writer_bool(&json, "yes", true);
        json_writer_string(&json, "none", NULL);
        json_writer_close(&json, '}');
        json_writer_string(&json, NULL, "x");
        json_writer_close(&json, ']');
        json_writer_bool(&json, "no", false);
        json_writer_close(&json, '}');
        assert_int_equal(fclose(f), 0);

        assert_string_equal(
                buffer, "{\"empty\":[],\"list\":[18446744073709551615,{\"yes\":true,\"none\":null},\"x\"],"
                        "\"no\":false}");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(text_stays_text),
                cmocka_unit_test(what_json_does_not_take_is_escaped),
                cmocka_unit_test(bytes_that_are_no_text_and_backslashes_can_be_told_apart),
                cmocka_unit_test(only_what_is_utf_8_counts_as_a_character),
                cmocka_unit_test(commas_stand_between_values_and_nowhere_else),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
