/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "format/encode-value.h"
#include "unit.h"
#include "json/json.h"

static void expect_json(const char *s, const char *json) {
        _cleanup_text_ struct text text = TEXT_INIT;

        assert_ok(encode_string(&text, s));
        assert_string_equal(text.s, json);
}

static void a_string_has_the_escapes_of_the_go_side_and_no_others(void **state) {
        (void) state;
        expect_json("", "\"\"");
        expect_json("a/b'c\x7f", "\"a/b'c\x7f\"");
        expect_json("\"\\", "\"\\\"\\\\\"");
        expect_json("a\nb\rc\td", "\"a\\nb\\rc\\td\"");
        expect_json("\b\f\x01\x1f", "\"\\u0008\\u000c\\u0001\\u001f\"");
        expect_json("a<b>&c", "\"a\\u003cb\\u003e\\u0026c\"");
        expect_json("\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80", "\"\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80\"");
        expect_json("\xe2\x80\xa7\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa",
                    "\"\xe2\x80\xa7\\u2028\\u2029\xe2\x80\xaa\"");
}

static void what_is_no_utf8_is_replaced_byte_by_byte(void **state) {
        (void) state;
        expect_json("a\xff", "\"a\\ufffd\"");
        expect_json("\xe2\x82", "\"\\ufffd\\ufffd\"");
        expect_json("\xc0\x80", "\"\\ufffd\\ufffd\"");
        expect_json("\xed\xa0\x80x", "\"\\ufffd\\ufffd\\ufffdx\"");
        expect_json("\xef\xbf\xbd", "\"\xef\xbf\xbd\"");
}

static void every_string_is_read_as_what_it_was(void **state) {
        _cleanup_arena_ struct arena arena = ARENA_INIT;
        char s[] = "a.\xc3\xbc.z";

        (void) state;
        for (int c = 1; c < 0x80; c++) {
                _cleanup_text_ struct text text = TEXT_INIT;
                _cleanup_json_ struct json json = JSON_INIT;
                const char *back;

                s[1] = s[4] = (char) c;
                assert_ok(encode_string(&text, s));
                assert_ok(json_parse(&json, text.s, text.len, NULL));
                assert_ok(json_string(&json, 0, &arena, &back));
                assert_string_equal(back, s);
        }
}

static void lists_and_numbers_have_nothing_between_them(void **state) {
        static const char *const items[] = {"a", "", "<"};
        static const uint32_t numbers[] = {0, UINT32_MAX};
        const struct strings strings = {items, 3}, no_strings = {0};
        const struct u32s u32s = {numbers, 2}, no_u32s = {0};
        _cleanup_text_ struct text text = TEXT_INIT;

        (void) state;
        assert_ok(encode_strings(&text, &strings));
        assert_ok(encode_strings(&text, &no_strings));
        assert_ok(encode_u32s(&text, &u32s));
        assert_ok(encode_u32s(&text, &no_u32s));
        assert_ok(encode_i64(&text, INT64_MIN));
        assert_ok(encode_name(&text, true, "a"));
        assert_ok(encode_name(&text, false, "&"));
        assert_string_equal(
                text.s, "[\"a\",\"\",\"\\u003c\"][][0,4294967295][]-9223372036854775808\"a\":,\"\\u0026\":");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_string_has_the_escapes_of_the_go_side_and_no_others),
                cmocka_unit_test(what_is_no_utf8_is_replaced_byte_by_byte),
                cmocka_unit_test(every_string_is_read_as_what_it_was),
                cmocka_unit_test(lists_and_numbers_have_nothing_between_them),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
