/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "base/cleanup.h"
#include "base/sha256.h"
#include "unit.h"

static void expect_digest(const void *bytes, size_t n, const char *text) {
        char digest[SHA256_TEXT_MAX];

        assert_ok(sha256_text(bytes, n, digest, NULL));
        assert_string_equal(digest, text);
}

/* FIPS 180-2, appendix B, and the digest of nothing. */
static void a_digest_is_that_of_the_standard(void **state) {
        static const char two_blocks[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
        _cleanup_free_ char *million = malloc(1000000);

        (void) state;
        assert_non_null(million);
        memset(million, 'a', 1000000);
        expect_digest("", 0, "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        expect_digest(NULL, 0, "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        expect_digest("abc", 3, "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        expect_digest(two_blocks, sizeof(two_blocks) - 1,
                      "sha256:248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
        expect_digest(million, 1000000,
                      "sha256:cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void a_nul_counts_as_any_byte(void **state) {
        (void) state;
        expect_digest("\0", 1, "sha256:6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_digest_is_that_of_the_standard),
                cmocka_unit_test(a_nul_counts_as_any_byte),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
