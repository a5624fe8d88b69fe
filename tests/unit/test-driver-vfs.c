/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "driver/driver.h"
#include "unit.h"

static void drivers_are_found_by_their_exact_names(void **state) {
        (void) state;
        assert_ptr_equal(driver_find("overlay"), &driver_overlay);
        assert_ptr_equal(driver_find("vfs"), &driver_vfs);
        assert_null(driver_find("overlay2"));
        assert_null(driver_find("btrfs"));
        assert_null(driver_find("VFS"));
        assert_null(driver_find(""));
}

static void each_of_our_drivers_is_one_of_theirs(void **state) {
        bool overlay = false, vfs = false;

        (void) state;
        for (size_t i = 0; driver_go_names[i]; i++) {
                overlay = overlay || strcmp(driver_go_names[i], "overlay") == 0;
                vfs = vfs || strcmp(driver_go_names[i], "vfs") == 0;
        }
        assert_true(overlay && vfs);
        assert_string_equal(driver_go_names[0], "overlay");
}

static void vfs_has_a_directory_of_layers_without_links(void **state) {
        (void) state;
        assert_string_equal(driver_vfs.layers_dir, "dir");
        assert_string_equal(driver_vfs.temp_root, "tempdirs");
        assert_null(driver_vfs.links_dir);
        assert_null(driver_vfs.staging_dir);
        assert_null(driver_vfs.read_lowers);
        assert_null(driver_vfs.read_link);
        assert_true(driver_vfs.is_own_name("lost+found"));
        assert_false(driver_vfs.is_own_name("compat1"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(drivers_are_found_by_their_exact_names),
                cmocka_unit_test(each_of_our_drivers_is_one_of_theirs),
                cmocka_unit_test(vfs_has_a_directory_of_layers_without_links),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
