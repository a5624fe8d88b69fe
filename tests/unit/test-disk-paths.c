/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "disk/paths.h"
#include "unit.h"

static void each_file_lies_where_the_go_side_has_it(void **state) {
        static const struct {
                enum path path;
                const char *driver, *expected;
        } cases[] = {
                {PATH_LAYERS_DIR, "overlay", "overlay-layers"},
                {PATH_LAYERS_JSON, "overlay", "overlay-layers/layers.json"},
                {PATH_LAYERS_VOLATILE_JSON, "overlay", "overlay-layers/volatile-layers.json"},
                {PATH_LAYERS_LOCK, "overlay", "overlay-layers/layers.lock"},
                {PATH_LAYERS_TEMP, "overlay", "overlay-layers/tmp"},
                {PATH_MOUNTS_JSON, "vfs", "vfs-layers/mountpoints.json"},
                {PATH_MOUNTS_LOCK, "vfs", "vfs-layers/mountpoints.lock"},
                {PATH_IMAGES_DIR, "vfs", "vfs-images"},
                {PATH_IMAGES_JSON, "vfs", "vfs-images/images.json"},
                {PATH_IMAGES_LOCK, "vfs", "vfs-images/images.lock"},
                {PATH_CONTAINERS_DIR, "overlay", "overlay-containers"},
                {PATH_CONTAINERS_JSON, "overlay", "overlay-containers/containers.json"},
                {PATH_CONTAINERS_VOLATILE_JSON, "overlay", "overlay-containers/volatile-containers.json"},
                {PATH_CONTAINERS_LOCK, "overlay", "overlay-containers/containers.lock"},
        };
        char buffer[PATH_LENGTH_MAX];

        (void) state;
        assert_int_equal(sizeof(cases) / sizeof(cases[0]), PATH_COUNT);
        for (size_t i = 0; i < PATH_COUNT; i++)
                assert_string_equal(path_of(cases[i].path, cases[i].driver, buffer), cases[i].expected);
}

static void the_name_of_a_directory_is_empty(void **state) {
        (void) state;
        assert_string_equal(path_name(PATH_LAYERS_JSON), "layers.json");
        assert_string_equal(path_name(PATH_LAYERS_TEMP), "tmp");
        assert_string_equal(path_name(PATH_LAYERS_DIR), "");
}

static void a_leftover_of_a_save_is_named_for_a_record_file_of_its_directory(void **state) {
        (void) state;
        assert_true(path_is_save_leftover(PATH_LAYERS_DIR, ".tmp-layers.json123"));
        assert_true(path_is_save_leftover(PATH_LAYERS_DIR, ".tmp-volatile-layers.json4294967295"));
        assert_true(path_is_save_leftover(PATH_LAYERS_DIR, ".tmp-mountpoints.json0"));
        assert_true(path_is_save_leftover(PATH_IMAGES_DIR, ".tmp-images.json7"));
        assert_true(path_is_save_leftover(PATH_CONTAINERS_DIR, ".tmp-containers.json7"));
        assert_true(path_is_save_leftover(PATH_CONTAINERS_DIR, ".tmp-volatile-containers.json7"));
}

static void nothing_else_is_a_leftover_of_a_save(void **state) {
        static const char *const names[] = {
                "",
                ".tmp-",
                ".tmp-layers.json",
                ".tmp-layers.json12x",
                ".tmp-layers.json-1",
                ".tmp-layers.lock1",
                ".tmp-tmp1",
                ".tmp-1",
                "layers.json1",
                "x.tmp-layers.json1",
                ".tmp-images.json1",
        };

        (void) state;
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
                assert_false(path_is_save_leftover(PATH_LAYERS_DIR, names[i]));
        assert_false(path_is_save_leftover(PATH_IMAGES_DIR, ".tmp-layers.json1"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_file_lies_where_the_go_side_has_it),
                cmocka_unit_test(the_name_of_a_directory_is_empty),
                cmocka_unit_test(a_leftover_of_a_save_is_named_for_a_record_file_of_its_directory),
                cmocka_unit_test(nothing_else_is_a_leftover_of_a_save),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
