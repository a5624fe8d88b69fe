/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "unit.h"
#include "verify/base64.h"

static void expect(const char *text, const char *bytes) {
        char out[64];
        ssize_t n = base64_decode(text, strlen(text), out);

        assert_int_equal(n, strlen(bytes));
        assert_memory_equal(out, bytes, strlen(bytes));
}

/* RFC 4648, section 10. */
static void each_length_of_padding_is_decoded(void **state) {
        (void) state;
        expect("", "");
        expect("Zg==", "f");
        expect("Zm8=", "fo");
        expect("Zm9v", "foo");
        expect("Zm9vYg==", "foob");
        expect("Zm9vYmE=", "fooba");
        expect("Zm9vYmFy", "foobar");
        expect("+/+/", "\xfb\xff\xbf");
}

static void anything_else_is_refused(void **state) {
        static const char *const wrong[] = {"Z",    "Zg",   "Zg=",  "Zg===",    "=",    "====", "Zm9v\n",
                                            "Zm 9", "Zm9-", "Zm9_", "Zg==Zg==", "Z===", "Zm=v", "Zm9\x80"};
        char out[64];

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
                assert_int_equal(base64_decode(wrong[i], strlen(wrong[i]), out), -EBADMSG);
}

static void text_is_decoded_in_its_place(void **state) {
        char text[] = "Zm9vYmFy";

        (void) state;
        assert_int_equal(base64_decode(text, 8, text), 6);
        assert_memory_equal(text, "foobar", 6);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_length_of_padding_is_decoded),
                cmocka_unit_test(anything_else_is_refused),
                cmocka_unit_test(text_is_decoded_in_its_place),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
