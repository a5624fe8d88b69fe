/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "base/arena.h"
#include "unit.h"

static void nothing_is_something_too(void **state) {
        _cleanup_arena_ struct arena arena = ARENA_INIT;

        (void) state;
        assert_non_null(arena_alloc(&arena, 0));
        assert_non_null(arena_bytes(&arena, 0));
        assert_string_equal(arena_text(&arena, "x", 0), "");
}

static void pieces_are_aligned_whatever_text_lies_between(void **state) {
        _cleanup_arena_ struct arena arena = ARENA_INIT;

        (void) state;
        for (size_t i = 0; i < 3000; i++) {
                char *p = arena_alloc(&arena, i % 37);

                assert_int_equal((uintptr_t) p % _Alignof(int64_t), 0);
                memset(p, 0xff, i % 37);
                assert_non_null(arena_bytes(&arena, i % 5));
        }
}

static void what_was_given_out_stays_what_it_is(void **state) {
        _cleanup_arena_ struct arena arena = ARENA_INIT;
        const char *texts[2000];
        uint64_t *numbers[2000];
        char text[32];

        (void) state;
        for (uint64_t i = 0; i < 2000; i++) {
                memset(text, 'a' + (int) (i % 26), i % 32);
                texts[i] = arena_text(&arena, text, i % 32);
                numbers[i] = arena_alloc(&arena, sizeof(uint64_t));
                assert_non_null(texts[i]);
                assert_non_null(numbers[i]);
                *numbers[i] = i;
        }
        for (uint64_t i = 0; i < 2000; i++) {
                memset(text, 'a' + (int) (i % 26), i % 32);
                assert_int_equal(strlen(texts[i]), i % 32);
                assert_memory_equal(texts[i], text, i % 32);
                assert_int_equal(*numbers[i], i);
        }
}

static void a_piece_may_be_larger_than_a_block(void **state) {
        _cleanup_arena_ struct arena arena = ARENA_INIT;
        char *before, *large, *after;

        (void) state;
        before = arena_bytes(&arena, 1);
        *before = 'b';
        large = arena_alloc(&arena, 1000003);
        memset(large, 'l', 1000003);
        after = arena_bytes(&arena, 100000);
        memset(after, 'a', 100000);
        assert_int_equal(*before, 'b');
        assert_int_equal(large[1000002], 'l');
}

static void sizes_that_overflow_are_no_memory(void **state) {
        _cleanup_arena_ struct arena arena = ARENA_INIT;

        (void) state;
        assert_null(arena_alloc(&arena, SIZE_MAX));
        assert_null(arena_alloc(&arena, SIZE_MAX - 7));
        assert_null(arena_bytes(&arena, SIZE_MAX));
        assert_null(arena_text(&arena, "", SIZE_MAX));
        assert_non_null(arena_alloc(&arena, 1));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(nothing_is_something_too),
                cmocka_unit_test(pieces_are_aligned_whatever_text_lies_between),
                cmocka_unit_test(what_was_given_out_stays_what_it_is),
                cmocka_unit_test(a_piece_may_be_larger_than_a_block),
                cmocka_unit_test(sizes_that_overflow_are_no_memory),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
