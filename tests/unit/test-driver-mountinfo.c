/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>

#include "driver/mountinfo.h"
#include "unit.h"

#define ROOT_LINE "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"

static struct mountinfo *parse(const char *text) {
        struct mountinfo *info = NULL;

        assert_ok(mountinfo_parse(text, strlen(text), &info, NULL));
        return info;
}

static void a_path_covers_what_is_mounted_at_it_or_below(void **state) {
        struct mountinfo *info = parse(ROOT_LINE "30 22 0:30 / /a/b rw - tmpfs tmpfs rw\n"
                                                 "31 22 0:31 / /a/b-c rw - tmpfs tmpfs rw\n"
                                                 "32 22 0:32 / /d/e/f rw - tmpfs tmpfs rw\n");

        (void) state;
        assert_true(mountinfo_has_below(info, "/"));
        assert_true(mountinfo_has_below(info, "/a"));
        assert_true(mountinfo_has_below(info, "/a/"));
        assert_true(mountinfo_has_below(info, "/a/b"));
        assert_true(mountinfo_has_below(info, "/a/b/"));
        assert_true(mountinfo_has_below(info, "/a/b-c"));
        assert_true(mountinfo_has_below(info, "/d/e"));
        assert_false(mountinfo_has_below(info, "/a/b/c"));
        assert_false(mountinfo_has_below(info, "/a/bc"));
        assert_false(mountinfo_has_below(info, "/a/b-"));
        assert_false(mountinfo_has_below(info, "/d/e/"
                                               "ff"));
        assert_false(mountinfo_has_below(info, "/z"));
        mountinfo_free(info);
}

static void what_is_mounted_now_can_be_read(void **state) {
        struct mountinfo *info = NULL;

        (void) state;
        assert_ok(mountinfo_read(NULL, &info, NULL));
        assert_true(mountinfo_has_below(info, "/proc"));
        mountinfo_free(info);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_path_covers_what_is_mounted_at_it_or_below),
                cmocka_unit_test(what_is_mounted_now_can_be_read),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
