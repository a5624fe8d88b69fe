/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "format/lock-token.h"
#include "unit.h"

static void a_token_has_the_layout_of_the_go_side(void **state) {
        static const uint8_t head[] = {8, 7, 6, 5, 4, 3, 2, 1, 2, 1, 0, 0, 0, 0, 0, 0, 4, 3, 2, 1};
        uint8_t random[LAST_WRITE_RANDOM];
        struct lock_token token;

        (void) state;
        for (size_t i = 0; i < sizeof(random); i++)
                random[i] = (uint8_t) (200 + i);
        token = lock_token_make(0x0102030405060708, 0x0102, 0x01020304, random);
        assert_int_equal(token.length, LAST_WRITE_LENGTH);
        assert_memory_equal(token.bytes, head, sizeof(head));
        assert_memory_equal(token.bytes + sizeof(head), random, sizeof(random));
}

static void tokens_are_equal_in_all_bytes_and_in_length(void **state) {
        static const uint8_t random[LAST_WRITE_RANDOM] = {0};
        struct lock_token a = lock_token_make(1, 2, 3, random), b = a;

        (void) state;
        assert_true(lock_token_equal(&a, &b));
        b.bytes[LAST_WRITE_LENGTH - 1] ^= 1;
        assert_false(lock_token_equal(&a, &b));
        b = a;
        b.length--;
        assert_false(lock_token_equal(&a, &b));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_token_has_the_layout_of_the_go_side),
                cmocka_unit_test(tokens_are_equal_in_all_bytes_and_in_length),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
