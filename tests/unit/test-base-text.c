/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "base/idset.h"
#include "base/text.h"
#include "unit.h"

static void adding_grows_the_string(void **state) {
        _cleanup_text_ struct text t = TEXT_INIT;

        (void) state;
        for (int i = 0; i < 1000; i++)
                assert_ok(text_addf(&t, "%d,", i % 10));
        assert_int_equal(t.len, 2000);
        assert_memory_equal(t.s, "0,1,2,", 6);
        assert_int_equal(t.s[2000], 0);
}

static void an_empty_text_is_taken_as_an_empty_string(void **state) {
        struct text t = TEXT_INIT;
        _cleanup_free_ char *s = NULL;

        (void) state;
        s = text_take(&t);
        assert_string_equal(s, "");
}

static void escaping_leaves_one_printable_line(void **state) {
        _cleanup_text_ struct text t = TEXT_INIT;

        (void) state;
        assert_ok(text_add_escaped(&t, "a\n\x1b[1m\\\xff", 8));
        assert_string_equal(t.s, "a\\x0a\\x1b[1m\\\\\\xff");
}

static void numbers_are_digits_and_nothing_else(void **state) {
        uint64_t n = 7;

        (void) state;
        assert_ok(parse_u64("18446744073709551615", &n));
        assert_true(n == UINT64_MAX);
        assert_int_equal(parse_u64("18446744073709551616", &n), -ERANGE);
        assert_int_equal(parse_u64("", &n), -EINVAL);
        assert_int_equal(parse_u64("-1", &n), -EINVAL);
        assert_int_equal(parse_u64(" 1", &n), -EINVAL);
        assert_int_equal(parse_u64("1x", &n), -EINVAL);
        assert_true(n == UINT64_MAX);
}

static void prefixes_and_suffixes(void **state) {
        (void) state;
        assert_true(has_prefix("lock-12", "lock-"));
        assert_false(has_prefix("loc", "lock-"));
        assert_true(has_suffix("x.tar-split.gz", ".tar-split.gz"));
        assert_false(has_suffix("gz", ".gz"));
}

static void a_set_knows_what_was_added_and_nothing_else(void **state) {
        _cleanup_idset_ struct idset set = IDSET_INIT;

        (void) state;
        idset_seal(&set);
        assert_false(idset_has(&set, "a"));
        assert_ok(idset_add(&set, "b"));
        assert_ok(idset_add(&set, "a"));
        assert_ok(idset_add(&set, "b"));
        assert_ok(idset_add(&set, NULL));
        assert_ok(idset_add(&set, ""));
        idset_seal(&set);
        assert_int_equal(set.n, 2);
        assert_true(idset_has(&set, "a"));
        assert_true(idset_has(&set, "b"));
        assert_false(idset_has(&set, "c"));
        assert_false(idset_has(&set, ""));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(adding_grows_the_string),
                cmocka_unit_test(an_empty_text_is_taken_as_an_empty_string),
                cmocka_unit_test(escaping_leaves_one_printable_line),
                cmocka_unit_test(numbers_are_digits_and_nothing_else),
                cmocka_unit_test(prefixes_and_suffixes),
                cmocka_unit_test(a_set_knows_what_was_added_and_nothing_else),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
