/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "base/text.h"
#include "unit.h"
#include "userns/subids.h"

#define BOB 1000U

static int parse(const char *file, const char *name, struct subids *ret, struct error *reterr) {
        _cleanup_free_ char *text = strdup(file);

        assert_non_null(text);
        return subids_parse(text, name, BOB, ret, reterr);
}

/* The map of what the file gives to bob, in words. */
static char *map_of(const char *file, const char *name) {
        _cleanup_strlist_ struct strlist args = STRLIST_INIT;
        _cleanup_text_ struct text text = TEXT_INIT;
        struct subids subids = SUBIDS_INIT;

        assert_ok(parse(file, name, &subids, NULL));
        assert_ok(subids_map(&subids, BOB, &args));
        for (size_t i = 0; i < args.n; i++)
                assert_ok(text_addf(&text, "%s%s", i == 0 ? "" : i % 3 == 0 ? ", " : " ", args.s[i]));
        return text_take(&text);
}

#define assert_map(file, wanted)                                                                             \
        do {                                                                                                 \
                _cleanup_free_ char *map = map_of(file, "bob");                                              \
                assert_string_equal(map, wanted);                                                            \
        } while (0)

static void the_user_is_root_inside_and_the_ranges_follow(void **state) {
        (void) state;
        assert_map("bob:100000:65536\n", "0 1000 1, 1 100000 65536");
        assert_map("bob:100000:65536", "0 1000 1, 1 100000 65536");
}

static void several_ranges_follow_each_other_the_lowest_first(void **state) {
        (void) state;
        assert_map("bob:300000:10\nbob:100000:20\neve:1:1\nbob:200000:30\n",
                   "0 1000 1, 1 100000 20, 21 200000 30, 51 300000 10");
}

static void an_entry_may_be_that_of_a_uid(void **state) {
        (void) state;
        assert_map("1000:5:6\nbob:100000:65536\n", "0 1000 1, 1 5 6, 7 100000 65536");
        assert_map("10000:5:6\n01000:5:6\n100:5:6\n", "0 1000 1");
}

static void without_a_name_there_is_the_uid(void **state) {
        _cleanup_free_ char *map = map_of("bob:1:2\n1000:3:4\n:5:6\n", NULL);

        (void) state;
        assert_string_equal(map, "0 1000 1, 1 3 4");
}

static void without_a_range_the_user_is_alone(void **state) {
        (void) state;
        assert_map("", "0 1000 1");
        assert_map("\n\n", "0 1000 1");
        assert_map("bobby:1:2\nbo:1:2\n bob:1:2\n#bob:1:2\nbob\n", "0 1000 1");
}

static void what_others_have_is_not_looked_at(void **state) {
        (void) state;
        assert_map("eve:x:y\neve::\neve:1:2:3\n:\n::\nbob:7:8\n", "0 1000 1, 1 7 8");
}

static void a_range_that_makes_no_sense_is_an_error_with_its_line(void **state) {
        static const char *const lines[] = {
                "bob:",      "bob:1",    "bob:1:",   "bob::1",  "bob:1:2:3",        "bob:1:2 ",
                "bob:-1:2",  "bob:+1:2", "bob:a:2",  "bob:1:0", "bob:4294967296:1", "bob:1:4294967296",
                "bob:1:2\r", "bob: 1:2", "1000:x:1",
        };
        struct subids subids;
        struct error error;

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
                _cleanup_text_ struct text file = TEXT_INIT;

                assert_ok(text_addf(&file, "bob:100000:65536\n%s\n", lines[i]));
                assert_int_equal(parse(file.s, "bob", &subids, &error), -EBADMSG);
                assert_string_equal(error.text, "line 2: not a range of ids (USER:FIRST:COUNT)");
        }
}

static void more_ranges_than_the_kernel_maps_are_an_error(void **state) {
        _cleanup_text_ struct text file = TEXT_INIT;
        struct subids subids;
        struct error error;

        (void) state;
        for (unsigned i = 0; i < SUBIDS_MAX; i++)
                assert_ok(text_addf(&file, "bob:%u:1\n", 100000 + 2 * i));
        assert_ok(parse(file.s, "bob", &subids, &error));
        assert_int_equal(subids.n, SUBIDS_MAX);

        assert_ok(text_adds(&file, "bob:1:1\n"));
        assert_int_equal(parse(file.s, "bob", &subids, &error), -E2BIG);
        assert_string_equal(error.text, "line 340: the user has more ranges than the kernel can map");
}

static void more_ids_than_there_are_make_no_map(void **state) {
        _cleanup_strlist_ struct strlist args = STRLIST_INIT;
        struct subids subids = {.ranges = {{1, UINT32_MAX - 1}, {5, 1}}, .n = 1};

        (void) state;
        assert_ok(strlist_add(&args, "newuidmap"));
        assert_ok(subids_map(&subids, BOB, &args));
        assert_int_equal(args.n, 7);

        subids.n = 2;
        assert_int_equal(subids_map(&subids, BOB, &args), -ERANGE);
        assert_int_equal(args.n, 7);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_user_is_root_inside_and_the_ranges_follow),
                cmocka_unit_test(several_ranges_follow_each_other_the_lowest_first),
                cmocka_unit_test(an_entry_may_be_that_of_a_uid),
                cmocka_unit_test(without_a_name_there_is_the_uid),
                cmocka_unit_test(without_a_range_the_user_is_alone),
                cmocka_unit_test(what_others_have_is_not_looked_at),
                cmocka_unit_test(a_range_that_makes_no_sense_is_an_error_with_its_line),
                cmocka_unit_test(more_ranges_than_the_kernel_maps_are_an_error),
                cmocka_unit_test(more_ids_than_there_are_make_no_map),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
