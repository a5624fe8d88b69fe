/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "format/torn-file.h"
#include "unit.h"

static bool is_wreck(const char *text) {
        return text_is_torn(text, strlen(text));
}

static void what_is_cut_off_is_a_wreck(void **state) {
        static const char list[] = "[{\"id\":\"a\\\"]\",\"names\":[\"b\"]},{\"id\":\"c\"}]";

        (void) state;
        assert_false(is_wreck(list));
        for (size_t n = 0; n < strlen(list); n++)
                assert_true(text_is_torn(list, n));
}

static void what_was_never_written_is_a_wreck(void **state) {
        static const char nuls[4096] = {0};
        char list[] = "[{\"id\":\"a\"},{\"id\":\"b\"}]";

        (void) state;
        assert_true(text_is_torn(nuls, sizeof(nuls)));
        memset(list + 1, 0, 3);
        assert_true(text_is_torn(list, sizeof(list) - 1));
}

static void what_is_no_list_is_a_wreck(void **state) {
        static const char *const wrecks[] = {"{}",  "{\"id\":\"a\"}", "\"[]\"", "1",   "true", " \n",
                                             "[]]", "[][]",           "[]x",    "x[]", "]"};

        (void) state;
        for (size_t i = 0; i < sizeof(wrecks) / sizeof(wrecks[0]); i++)
                assert_true(is_wreck(wrecks[i]));
}

/* Others may well read these, and what they read there be in use. */
static void what_only_we_refuse_is_none(void **state) {
        static const char *const lists[] = {
                "[]",
                " [ ] \n",
                "[null]",
                "[{\"ID\":\"a\"}]",
                "[{\"id\":\"a\",\"id\":\"b\"}]",
                "[{\"id\":1}]",
                "[{\"id\":\"\xff\"}]",
                "[{\"id\":\"a\",\"created\":\"yesterday\"}]",
                "[{\"metadata\":\"{\\\"a\\\":\\\"]}\\\"}\"}]",
        };

        (void) state;
        for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
                assert_false(is_wreck(lists[i]));
        assert_false(text_is_torn("[\"\\\"\0\"]", 7));
}

/* Go takes a NUL behind the list for the end, whatever follows. */
static void a_nul_ends_the_text(void **state) {
        static const char list[] = "[{\"id\":\"a\"}] \n\0\0x[";

        (void) state;
        assert_false(text_is_torn("[]\0\0", 4));
        assert_false(text_is_torn(list, sizeof(list) - 1));
        assert_int_equal(text_list_length(list, sizeof(list) - 1), 14);
        assert_int_equal(text_list_length("[]", 2), 2);
        assert_int_equal(text_list_length("[\"]\0\"]", 6), 6);
        assert_int_equal(text_list_length("[{\"a\":[1]\0\0", 11), 11);
        assert_true(text_is_torn("[{\"a\":[1]\0\0", 11));
}

/* Go takes anything but a comma for the end of a record. */
static void any_character_ends_a_record(void **state) {
        static const char *const lists[] = {
                "[{\"id\":\"a\"]]",
                "[{\"id\":\"a\"x]",
                "[{\"id\":\"a\" {,{\"id\":\"b\"\"]",
                "[{\"id\":1\x01]",
        };

        (void) state;
        for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
                assert_false(is_wreck(lists[i]));
        assert_false(text_is_torn("[{\"id\":\"a\"\0]", 12));
        assert_true(is_wreck("[{\"id\":\"a\"x"));
        assert_true(is_wreck("[{\"names\":[1x2y,{]]"));
        assert_true(is_wreck("[{\"id\" \"a\"}]"));
        assert_true(is_wreck("[{\"id\":\"a\",}]"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_is_cut_off_is_a_wreck),
                cmocka_unit_test(what_was_never_written_is_a_wreck),
                cmocka_unit_test(what_is_no_list_is_a_wreck),
                cmocka_unit_test(what_only_we_refuse_is_none),
                cmocka_unit_test(a_nul_ends_the_text),
                cmocka_unit_test(any_character_ends_a_record),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
