/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "unit.h"
#include "json/json.h"

static void parse(struct json *json, const char *text) {
        struct error error = {0};

        if (json_parse(json, text, strlen(text), &error) < 0)
                fail_msg("%s: %s", text, error.text);
}

static void assert_token(const struct json *json, size_t token, enum json_type type, const char *bytes,
                         uint32_t next) {
        const struct json_token *t = &json->tokens[token];

        assert_true(token < json->n);
        assert_int_equal(t->type, type);
        assert_int_equal(t->end - t->start, strlen(bytes));
        assert_memory_equal(json->text + t->start, bytes, strlen(bytes));
        assert_int_equal(t->next, next);
}

static void a_token_is_small(void **state) {
        (void) state;
        assert_int_equal(sizeof(struct json_token), 16);
}

/* What yajl does and does not promise: after each value, the bytes consumed are those up to its end. */
static void every_token_has_its_exact_bytes(void **state) {
        _cleanup_json_ struct json json = JSON_INIT;

        (void) state;
        parse(&json, " { \"a\" : [ 1.50e+2 ,true,false , null,{ } ,[]] , "
                     "\"b\\n\":\"\\ud83d\\ude00/\\/\",\"c\":-0\t}\n");
        assert_token(&json, 0, JSON_OBJECT,
                     "{ \"a\" : [ 1.50e+2 ,true,false , null,{ } ,[]] , "
                     "\"b\\n\":\"\\ud83d\\ude00/\\/\",\"c\":-0\t}",
                     13);
        assert_token(&json, 1, JSON_STRING, "\"a\"", 2);
        assert_token(&json, 2, JSON_ARRAY, "[ 1.50e+2 ,true,false , null,{ } ,[]]", 9);
        assert_token(&json, 3, JSON_NUMBER, "1.50e+2", 4);
        assert_token(&json, 4, JSON_TRUE, "true", 5);
        assert_token(&json, 5, JSON_FALSE, "false", 6);
        assert_token(&json, 6, JSON_NULL, "null", 7);
        assert_token(&json, 7, JSON_OBJECT, "{ }", 8);
        assert_token(&json, 8, JSON_ARRAY, "[]", 9);
        assert_token(&json, 9, JSON_STRING, "\"b\\n\"", 10);
        assert_token(&json, 10, JSON_STRING, "\"\\ud83d\\ude00/\\/\"", 11);
        assert_token(&json, 11, JSON_STRING, "\"c\"", 12);
        assert_token(&json, 12, JSON_NUMBER, "-0", 13);
        assert_int_equal(json.n, 13);
        assert_false(json.tokens[1].escaped);
        assert_true(json.tokens[9].escaped);
        assert_true(json.tokens[10].escaped);
}

/* yajl sees the end of a number only when it is told that the text is over, and counts from there. */
static void a_number_alone_ends_with_the_text(void **state) {
        _cleanup_json_ struct json json = JSON_INIT;

        (void) state;
        parse(&json, " 12");
        assert_token(&json, 0, JSON_NUMBER, "12", 1);
        parse(&json, "12 \n");
        assert_token(&json, 0, JSON_NUMBER, "12", 1);
        parse(&json, "null");
        assert_token(&json, 0, JSON_NULL, "null", 1);
        parse(&json, "\"\"");
        assert_token(&json, 0, JSON_STRING, "\"\"", 1);
}

static void names_of_members_are_tokens_even_where_they_are_empty(void **state) {
        _cleanup_json_ struct json json = JSON_INIT;

        (void) state;
        parse(&json, "{\"\":{\"\":\"\"}}");
        assert_int_equal(json.n, 5);
        assert_token(&json, 1, JSON_STRING, "\"\"", 2);
        assert_token(&json, 2, JSON_OBJECT, "{\"\":\"\"}", 5);
}

static void strings_are_unescaped(void **state) {
        static const char wanted[] = "\"\\/\b\f\n\r\tA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z\x7f";
        _cleanup_json_ struct json json = JSON_INIT;
        _cleanup_arena_ struct arena arena = ARENA_INIT;
        const char *text = NULL;

        (void) state;
        parse(&json, "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20AC\\uD83d\\ude00z\x7f\"");
        assert_ok(json_string(&json, 0, &arena, &text));
        assert_string_equal(text, wanted);
        parse(&json, "\"plain \xf0\x9f\x98\x80\"");
        assert_ok(json_string(&json, 0, &arena, &text));
        assert_string_equal(text, "plain \xf0\x9f\x98\x80");
}

static void what_is_no_text_is_refused(void **state) {
        static const char *const bad[] = {"\"\\u0000\"",
                                          "\"\\ud800\"",
                                          "\"\\ud800\\u0041\"",
                                          "\"\\udc00\\ud800\"",
                                          "\"\\ud800\\n....\"",
                                          "\"\xc0\x80\"",
                                          "\"\xed\xa0\x80\"",
                                          "\"\xf4\x90\x80\x80\"",
                                          "\"\xe2\x82\"",
                                          "1",
                                          "null",
                                          "[]"};
        _cleanup_json_ struct json json = JSON_INIT;
        _cleanup_arena_ struct arena arena = ARENA_INIT;
        const char *text = "untouched";

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
                parse(&json, bad[i]);
                assert_int_equal(json_string(&json, 0, &arena, &text), -EBADMSG);
        }
        assert_string_equal(text, "untouched");
}

static void numbers_are_whole_and_fit(void **state) {
        static const struct {
                const char *text;
                int r;
                int64_t value;
        } cases[] = {
                {"0", 0, 0},
                {"-0", 0, 0},
                {"9223372036854775807", 0, INT64_MAX},
                {"-9223372036854775808", 0, INT64_MIN},
                {"9223372036854775808", -EBADMSG, 0},
                {"-9223372036854775809", -EBADMSG, 0},
                {"99999999999999999999999999", -EBADMSG, 0},
                {"1.0", -EBADMSG, 0},
                {"1e2", -EBADMSG, 0},
                {"\"1\"", -EBADMSG, 0},
                {"true", -EBADMSG, 0},
        };
        _cleanup_json_ struct json json = JSON_INIT;

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                int64_t value = 77;

                parse(&json, cases[i].text);
                assert_int_equal(json_i64(&json, 0, &value), cases[i].r);
                assert_true(value == (cases[i].r < 0 ? 77 : cases[i].value));
        }
}

static void unsigned_numbers_have_no_sign(void **state) {
        _cleanup_json_ struct json json = JSON_INIT;
        uint32_t value = 77;

        (void) state;
        parse(&json, "4294967295");
        assert_ok(json_u32(&json, 0, &value));
        assert_true(value == UINT32_MAX);
        parse(&json, "4294967296");
        assert_int_equal(json_u32(&json, 0, &value), -EBADMSG);
        parse(&json, "-1");
        assert_int_equal(json_u32(&json, 0, &value), -EBADMSG);
        parse(&json, "-0");
        assert_int_equal(json_u32(&json, 0, &value), -EBADMSG);
}

static void an_error_tells_where(void **state) {
        static const struct {
                const char *text, *error;
        } cases[] = {
                {"", "byte 0 (line 1, column 1): there is nothing"},
                {"[1,\n 2,\n}", "byte 8 (line 3, column 1): this is not JSON"},
                {"[1,,2]", "byte 4 (line 1, column 5): this is not JSON"},
                {"[1", "byte 2 (line 1, column 3): the text ends too early"},
                {"[]x", "byte 2 (line 1, column 3): this is not JSON"},
                {"\xef\xbb\xbf[]", "byte 0 (line 1, column 1): this is not JSON"},
                {"[1,\v2]", "byte 3 (line 1, column 4): this is no white space"},
                {"[\"a\nb\"]", "byte 1 (line 1, column 2): this is not JSON"},
        };
        _cleanup_json_ struct json json = JSON_INIT;

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                struct error error = {0};

                assert_int_equal(json_parse(&json, cases[i].text, strlen(cases[i].text), &error), -EBADMSG);
                assert_string_equal(error.text, cases[i].error);
        }
}

static void there_is_an_end_to_size_and_depth(void **state) {
        _cleanup_json_ struct json json = JSON_INIT;
        static char deep[JSON_DEPTH_MAX + 1];
        struct error error = {0};

        (void) state;
        assert_int_equal(json_parse(&json, "", (size_t) JSON_BYTES_MAX + 1, &error), -EFBIG);
        memset(deep, '[', sizeof(deep));
        assert_int_equal(json_parse(&json, deep, sizeof(deep), &error), -EBADMSG);
        assert_string_equal(error.text, "byte 64 (line 1, column 65): values lie too deep in each other");
}

static void there_is_an_end_to_the_number_of_values(void **state) {
        _cleanup_json_ struct json json = JSON_INIT;
        size_t len = 2 * (size_t) JSON_TOKENS_MAX + 2;
        _cleanup_free_ char *text = malloc(len);

        (void) state;
        assert_non_null(text);
        for (size_t i = 0; i < len; i++)
                text[i] = i % 2 ? '1' : ',';
        text[0] = '[';
        assert_int_equal(json_parse(&json, text, len, NULL), -EFBIG);
}

/* -------------------------------------------------------------------------- one after the other */

struct seen {
        char text[256];
        size_t tokens;
        int r;
};

static int see(const struct json *element, void *userdata, struct error *reterr) {
        const struct json_token *t = &element->tokens[0];
        struct seen *seen = userdata;

        (void) reterr;
        strncat(seen->text, element->text + t->start, t->end - t->start);
        strcat(seen->text, ";");
        seen->tokens += element->n;
        assert_int_equal(t->next, element->n);
        return seen->r;
}

static int each(const char *text, struct seen *seen) {
        return json_each(text, strlen(text), see, seen, NULL);
}

static void the_elements_of_a_list_come_one_by_one(void **state) {
        struct seen seen = {0};

        (void) state;
        assert_ok(each(" [ 1, {\"a\": [2, 3]} ,[], \"x\",null ]\n", &seen));
        assert_string_equal(seen.text, "1;{\"a\": [2, 3]};[];\"x\";null;");
        assert_int_equal(seen.tokens, 1 + 5 + 1 + 1 + 1);
}

static void null_and_an_empty_list_have_no_elements(void **state) {
        struct seen seen = {0};

        (void) state;
        assert_ok(each("[]", &seen));
        assert_ok(each(" null ", &seen));
        assert_string_equal(seen.text, "");
}

static void what_is_no_list_has_no_elements_to_walk(void **state) {
        static const char *const bad[] = {"{}",   "{\"a\":[1]}", "1",      "\"a\"", "true",
                                          "[1]]", "[1]x",        "null 1", "[1,"};
        struct seen seen = {0};

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
                assert_int_equal(each(bad[i], &seen), -EBADMSG);
}

static void a_walk_stops_where_it_is_told_to(void **state) {
        struct seen seen = {.r = -EEXIST};

        (void) state;
        assert_int_equal(each("[1,2]", &seen), -EEXIST);
        assert_string_equal(seen.text, "1;");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_token_is_small),
                cmocka_unit_test(every_token_has_its_exact_bytes),
                cmocka_unit_test(a_number_alone_ends_with_the_text),
                cmocka_unit_test(names_of_members_are_tokens_even_where_they_are_empty),
                cmocka_unit_test(strings_are_unescaped),
                cmocka_unit_test(what_is_no_text_is_refused),
                cmocka_unit_test(numbers_are_whole_and_fit),
                cmocka_unit_test(unsigned_numbers_have_no_sign),
                cmocka_unit_test(an_error_tells_where),
                cmocka_unit_test(there_is_an_end_to_size_and_depth),
                cmocka_unit_test(there_is_an_end_to_the_number_of_values),
                cmocka_unit_test(the_elements_of_a_list_come_one_by_one),
                cmocka_unit_test(null_and_an_empty_list_have_no_elements),
                cmocka_unit_test(what_is_no_list_has_no_elements_to_walk),
                cmocka_unit_test(a_walk_stops_where_it_is_told_to),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
