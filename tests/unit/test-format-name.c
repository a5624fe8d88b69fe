/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "base/cleanup.h"
#include "format/digest.h"
#include "format/lock-token.h"
#include "format/name.h"
#include "format/timestamp.h"
#include "unit.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void an_id_is_64_lower_case_hexadecimal_digits(void **state) {
        (void) state;
        assert_true(name_is_id(ID));
        assert_false(name_is_id(""));
        assert_false(name_is_id(ID "0"));
        assert_false(name_is_id(&ID[1]));
        assert_false(name_is_id("0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef"));
        assert_false(name_is_id("g123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"));
        assert_true(name_starts_with_id(ID));
        assert_true(name_starts_with_id(ID ".tar-split.gz"));
        assert_false(name_starts_with_id(&ID[1]));
}

static void a_link_is_26_digits_of_base32(void **state) {
        (void) state;
        assert_true(name_is_link_id("ABCDEFGHIJKLMNOPQRSTUVWXYZ"));
        assert_true(name_is_link_id("234567ABCDEFGHIJKLMNOPQRST"));
        assert_false(name_is_link_id("1BCDEFGHIJKLMNOPQRSTUVWXYZ"));
        assert_false(name_is_link_id("aBCDEFGHIJKLMNOPQRSTUVWXYZ"));
        assert_false(name_is_link_id("ABCDEFGHIJKLMNOPQRSTUVWXY"));
        assert_false(name_is_link_id("ABCDEFGHIJKLMNOPQRSTUVWXYZA"));
        assert_false(name_is_link_id(""));
}

/* Each character in each place: names are compared in pieces that overlap. */
static void each_character_of_an_id_and_of_a_link_counts(void **state) {
        static const char hexadecimal[] = "0123456789abcdef", base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        char id[] = ID, link[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

        (void) state;
        for (size_t i = 0; i < ID_LENGTH; i++) {
                for (int c = 1; c < 256; c++) {
                        id[i] = (char) c;
                        assert_int_equal(name_is_id(id), strchr(hexadecimal, c) != NULL);
                }
                id[i] = ID[i];
        }
        for (size_t i = 0; i < LINK_ID_LENGTH; i++) {
                for (int c = 1; c < 256; c++) {
                        link[i] = (char) c;
                        assert_int_equal(name_is_link_id(link), strchr(base32, c) != NULL);
                }
                link[i] = 'A';
        }
}

static void a_component_leads_nowhere_else(void **state) {
        (void) state;
        assert_true(name_is_component("a"));
        assert_true(name_is_component("..."));
        assert_true(name_is_component(".a"));
        assert_false(name_is_component(""));
        assert_false(name_is_component("."));
        assert_false(name_is_component(".."));
        assert_false(name_is_component("a/"));
        assert_false(name_is_component("/a"));
        assert_false(name_is_component("a/b"));
}

static void the_number_behind_a_prefix_is_all_there_is(void **state) {
        (void) state;
        assert_string_equal(name_number_after("temp-dir-42", "temp-dir-"), "42");
        assert_string_equal(name_number_after("lock-0", "lock-"), "0");
        assert_null(name_number_after("lock-", "lock-"));
        assert_null(name_number_after("lock-4x", "lock-"));
        assert_null(name_number_after("lock--4", "lock-"));
        assert_null(name_number_after("loc", "lock-"));
}

static void a_link_leads_to_the_diff_of_a_layer(void **state) {
        static const char *const bad[] = {"",
                                          "../",
                                          "../" ID,
                                          "../" ID "/",
                                          "../" ID "/diff/",
                                          "../" ID "/diff1",
                                          "../" ID "0/diff",
                                          "/" ID "/diff",
                                          "../../" ID "/diff",
                                          "..//" ID "/diff",
                                          "/var/lib/" ID "/diff"};
        char id[ID_LENGTH + 1] = "untouched";

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
                assert_int_equal(name_link_target(bad[i], id), -EINVAL);
                assert_int_equal(name_diff_path(bad[i], id), -EINVAL);
        }
        assert_int_equal(name_link_target(ID "/diff", id), -EINVAL);
        assert_int_equal(name_diff_path("../" ID "/diff", id), -EINVAL);
        assert_string_equal(id, "untouched");
        assert_ok(name_diff_path(ID "/diff", id));
        assert_string_equal(id, ID);
        id[0] = 'x';
        assert_ok(name_link_target("../" ID "/diff", id));
        assert_string_equal(id, ID);
}

/* With what Go's makeBigDataBaseName() and filepath.Join() make of the key, or NULL. */
static void big_data_lies_where_go_puts_it(void **state) {
        static const struct {
                const char *key, *file;
        } cases[] = {
                {"manifest", "manifest"},
                {"a.b0", "a.b0"},
                {"...", "..."},
                {"zstd-chunked-manifest", "=enN0ZC1jaHVua2VkLW1hbmlmZXN0"},
                {"zstd-chunked-layer-data", "=enN0ZC1jaHVua2VkLWxheWVyLWRhdGE="},
                {"chunked-manifest-cache", "=Y2h1bmtlZC1tYW5pZmVzdC1jYWNoZQ=="},
                {"sha256:ab", "=c2hhMjU2OmFi"},
                {"A", "A"},
                {"fooA", "fooA"},
                {"fooAb", "=Zm9vQWI="},
                {"x-", "x-"},
                {"=", "="},
                {"=a", "=PWE="},
                {"\xc3\xbc", "\xc3\xbc"},
                {"a\xc3\xbc", "a\xc3\xbc"},
                {"\xc3\xbc"
                 "a",
                 "=w7xh"},
                {"\xff", "\xff"},
                {"\xff\xfe", "=//4="},
                {"a\xe2\x82", "=YeKC"},
                {"a/", "a"},
                {"a/b", "=YS9i"},
                {"../x", "=Li4veA=="},
                {"", NULL},
                {".", NULL},
                {"..", NULL},
                {"/", NULL},
                {"./", NULL},
                {"../", NULL},
                {"Ab?", NULL},
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                _cleanup_free_ char *file = NULL;
                int r = name_big_data_file(cases[i].key, &file);

                if (cases[i].file && strchr(cases[i].file, '/')) {
                        assert_int_equal(r, -EINVAL);
                        continue;
                }
                assert_int_equal(r, cases[i].file ? 0 : -EINVAL);
                if (cases[i].file)
                        assert_string_equal(file, cases[i].file);
                else
                        assert_null(file);
        }
}

static void tokens_are_equal_with_their_length(void **state) {
        struct lock_token a = {.bytes = "abc", .length = 3}, b = {.bytes = "abd", .length = 2}, none = {0};

        (void) state;
        assert_false(lock_token_equal(&a, &b));
        a.length = 2;
        assert_true(lock_token_equal(&a, &b));
        a.length = b.length = 3;
        assert_false(lock_token_equal(&a, &b));
        assert_true(lock_token_equal(&none, &none));
        assert_false(lock_token_equal(&a, &none));
}

static void a_time_of_no_length_is_no_time(void **state) {
        static const char text[] = "2026-11-23T18:40:41.5+01:00";

        (void) state;
        assert_true(time_is_rfc3339(text, sizeof(text) - 1));
        for (size_t n = 0; n < sizeof(text) - 1; n++)
                assert_false(time_is_rfc3339(text, n));
}

static void a_digest_of_every_prefix_is_none(void **state) {
        static const char text[] = "sha256:" ID;
        char prefix[sizeof(text)];

        (void) state;
        assert_true(digest_is_valid(text));
        for (size_t n = 0; n < sizeof(text) - 1; n++) {
                memcpy(prefix, text, n);
                prefix[n] = '\0';
                assert_false(digest_is_valid(prefix));
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(an_id_is_64_lower_case_hexadecimal_digits),
                cmocka_unit_test(a_link_is_26_digits_of_base32),
                cmocka_unit_test(each_character_of_an_id_and_of_a_link_counts),
                cmocka_unit_test(a_component_leads_nowhere_else),
                cmocka_unit_test(the_number_behind_a_prefix_is_all_there_is),
                cmocka_unit_test(a_link_leads_to_the_diff_of_a_layer),
                cmocka_unit_test(big_data_lies_where_go_puts_it),
                cmocka_unit_test(tokens_are_equal_with_their_length),
                cmocka_unit_test(a_time_of_no_length_is_no_time),
                cmocka_unit_test(a_digest_of_every_prefix_is_none),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
