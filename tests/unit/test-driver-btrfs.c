/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/fd.h"
#include "driver/registry.h"
#include "place.h"

#define ID_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static void it_is_found_where_it_was_built_in_and_named_where_not(void **state) {
        struct error error = {0};

        (void) state;
        if (driver_find("btrfs")) {
                assert_ptr_equal(driver_find("btrfs"), &driver_btrfs);
                return;
        }
        assert_int_equal(driver_unknown("btrfs", &error), -EOPNOTSUPP);
        assert_non_null(strstr(error.text, "-Dbtrfs=enabled"));
}

static void an_unknown_driver_is_named(void **state) {
        struct error error = {0};

        (void) state;
        assert_int_equal(driver_unknown("zfs", &error), -EOPNOTSUPP);
        assert_non_null(strstr(error.text, "\"zfs\""));
}

static void its_home_is_as_the_go_side_has_it(void **state) {
        (void) state;
        assert_string_equal(driver_btrfs.layers_dir, "subvolumes");
        assert_string_equal(driver_btrfs.quotas_dir, "quotas");
        assert_null(driver_btrfs.links_dir);
        assert_null(driver_btrfs.staging_dir);
        assert_null(driver_btrfs.read_lowers);
        assert_false(driver_btrfs.is_own_name("lost+found"));
}

/* btrfs.go:ListLayers: what is not in the directory of layers is none. */
static void temp_dirs_do_not_lie_among_layers(void **state) {
        (void) state;
        assert_string_not_equal(driver_btrfs.temp_root, driver_btrfs.layers_dir);
        assert_null(strchr(driver_btrfs.temp_root, '/'));
}

static void layers_are_neither_made_nor_mounted(void **state) {
        struct error error = {0};

        (void) state;
        assert_ok(driver_check_makes(&driver_overlay, NULL));
        assert_ok(driver_check_makes(&driver_vfs, NULL));
        assert_int_equal(driver_check_makes(&driver_btrfs, &error), -EOPNOTSUPP);
        assert_non_null(strstr(error.text, "\"btrfs\""));
}

static void the_content_of_a_layer_is_opened(void **state) {
        const struct store_dir *place = *state;
        const struct homes homes = {.fds = &place->fd, .n = 1, .runroot_fd = -1};
        _cleanup_close_ int fd = -1;
        struct error error = {0};

        put_dir(place->fd, "subvolumes");
        put_dir(place->fd, "subvolumes/" ID_A);
        put_text(place->fd, "subvolumes/" ID_A "/file", "text");
        fd = driver_btrfs.open_content(&homes, ID_A, NULL);
        assert_ok(fd);
        assert_true(is_there(fd, "file"));
        assert_int_equal(driver_btrfs.open_content(&homes, ID_B, &error), -ENOENT);
}

static void unmounting_is_nothing(void **state) {
        const struct store_dir *place = *state;
        const struct homes homes = {.fds = &place->fd, .n = 1, .runroot_fd = -1};

        assert_ok(driver_btrfs.unmount(&homes, ID_A, NULL));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(it_is_found_where_it_was_built_in_and_named_where_not),
                cmocka_unit_test(an_unknown_driver_is_named),
                cmocka_unit_test(its_home_is_as_the_go_side_has_it),
                cmocka_unit_test(temp_dirs_do_not_lie_among_layers),
                cmocka_unit_test(layers_are_neither_made_nor_mounted),
                in_place(the_content_of_a_layer_is_opened),
                in_place(unmounting_is_nothing),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
