/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "format/mounts.h"
#include "unit.h"

static void every_member_has_its_place(void **state) {
        static const char text[] = "[{\"id\":\"l\",\"path\":\"/merged\",\"count\":2},{\"id\":\"m\"}]";
        _cleanup_mounts_ struct mounts mounts = MOUNTS_INIT;

        (void) state;
        assert_ok(mounts_parse(&mounts, text, strlen(text), NULL));
        assert_int_equal(mounts.n, 2);
        assert_string_equal(mounts.items[0].id, "l");
        assert_string_equal(mounts.items[0].path, "/merged");
        assert_int_equal(mounts.items[0].count, 2);
        assert_string_equal(mounts.items[1].path, "");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_member_has_its_place),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
