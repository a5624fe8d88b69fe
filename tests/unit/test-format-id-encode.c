/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "base/cleanup.h"
#include "format/id-encode.h"
#include "unit.h"

static void an_id_is_the_bytes_in_hexadecimal_digits(void **state) {
        uint8_t bytes[ID_ENCODE_BYTES];
        char id[ID_LENGTH + 1];

        (void) state;
        for (size_t i = 0; i < sizeof(bytes); i++)
                bytes[i] = (uint8_t) (0xf0 - i * 7);
        assert_true(id_encode(bytes, id));
        assert_string_equal(id, "f0e9e2dbd4cdc6bfb8b1aaa39c958e878079726b645d564f48413a332c251e17");
        assert_true(name_is_id(id));
}

static void one_whose_first_twelve_digits_are_a_number_is_refused(void **state) {
        static const struct {
                uint8_t bytes[ID_ENCODE_BYTES];
                bool good;
        } cases[] = {
                {{0}, false},
                {{0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0xab}, false},
                {{0x12, 0x34, 0x56, 0x78, 0x90, 0x1a}, true},
                {{0xa2, 0x34, 0x56, 0x78, 0x90, 0x12}, true},
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                char id[ID_LENGTH + 1];

                assert_int_equal(id_encode(cases[i].bytes, id), cases[i].good);
        }
}

/* base64.b32encode() of Python as the witness. */
static void a_link_id_is_the_bytes_in_base32(void **state) {
        static const struct {
                uint8_t bytes[ID_ENCODE_LINK_BYTES];
                const char *id;
        } cases[] = {
                {{0}, "AAAAAAAAAAAAAAAAAAAAAAAAAA"},
                {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
                 "77777777777777777777777777"},
                {"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10",
                 "AAAQEAYEAUDAOCAJBIFQYDIOB4"},
                {"\xf0\xe9\xe2\xdb\xd4\xcd\xc6\xbf\xb8\xb1\xaa\xa3\x9c\x95\x8e\x87\x80",
                 "6DU6FW6UZXDL7OFRVKRZZFMOQ6"},
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                char id[LINK_ID_LENGTH + 1];

                id_encode_link(cases[i].bytes, id);
                assert_string_equal(id, cases[i].id);
                assert_true(name_is_link_id(id));
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(an_id_is_the_bytes_in_hexadecimal_digits),
                cmocka_unit_test(one_whose_first_twelve_digits_are_a_number_is_refused),
                cmocka_unit_test(a_link_id_is_the_bytes_in_base32),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
