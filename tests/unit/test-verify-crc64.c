/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "base/cleanup.h"
#include "unit.h"
#include "verify/crc64.h"

static uint64_t sum(const void *bytes, size_t n) {
        return crc64_update(CRC64_EMPTY, bytes, n);
}

/* Go's hash/crc64, crc64_test.go; the last but one is of a file in a tar-split that podman wrote. */
static void a_sum_is_that_of_go(void **state) {
        static const struct {
                uint64_t crc;
                const char *text;
        } known[] = {
                {0, ""},
                {0x3420000000000000, "a"},
                {0x36c4200000000000, "ab"},
                {0x3776c42000000000, "abc"},
                {0x0e21b002d36776c4, "abcdefgh"},
                {0x8b6e21b002d36776, "abcdefghi"},
                {0x8ec0e7c835bf9cdf, "Discard medicine more than two years old."},
                {0x61587ea2dac00000, "kept\n"},
                {0xb90956c775a41001, "123456789"},
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(known); i++)
                assert_int_equal(sum(known[i].text, strlen(known[i].text)), known[i].crc);
}

static uint64_t sum_bit_by_bit(const uint8_t *at, size_t n) {
        uint64_t reg = UINT64_MAX;

        for (size_t i = 0; i < n; i++) {
                reg ^= at[i];
                for (unsigned k = 0; k < 8; k++)
                        reg = reg >> 1 ^ (reg & 1 ? 0xd800000000000000 : 0);
        }
        return ~reg;
}

static void fill(uint8_t *bytes, size_t n) {
        uint32_t x = 1;

        for (size_t i = 0; i < n; i++) {
                x = x * 1664525 + 1013904223;
                bytes[i] = (uint8_t) (x >> 24);
        }
}

static void every_length_and_alignment_is_summed_as_bit_by_bit(void **state) {
        uint8_t bytes[600];

        (void) state;
        fill(bytes, sizeof(bytes));
        for (size_t offset = 0; offset < 9; offset++)
                for (size_t n = 0; n + offset <= sizeof(bytes); n++)
                        assert_int_equal(sum(bytes + offset, n), sum_bit_by_bit(bytes + offset, n));
}

static void pieces_have_the_sum_of_the_whole(void **state) {
        uint8_t bytes[400];
        uint64_t whole;

        (void) state;
        fill(bytes, sizeof(bytes));
        whole = sum(bytes, sizeof(bytes));
        for (size_t n = 0; n <= sizeof(bytes); n++)
                assert_int_equal(crc64_update(sum(bytes, n), bytes + n, sizeof(bytes) - n), whole);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_sum_is_that_of_go),
                cmocka_unit_test(every_length_and_alignment_is_summed_as_bit_by_bit),
                cmocka_unit_test(pieces_have_the_sum_of_the_whole),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
