/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "podman/container-config.h"
#include "unit.h"

#define ID "2abecf0b8d658ba6656144b7f064ad368590c5d6a0593d03b725a77078fe9b87"

static struct container_config parsed(struct arena *arena, const char *text) {
        struct container_config config;

        assert_ok(container_config_parse(text, strlen(text), arena, &config));
        return config;
}

static void the_root_file_system_names_the_layer(void **state) {
        static const char *const texts[] = {
                "{\"root\":{\"path\":\"/g/overlay/" ID "/merged\"}}",
                "{\"root\":{\"path\":\"/g/vfs/dir/" ID "\"}}",
                "{\"process\":{\"root\":1},\"root\":{\"readonly\":true,\"path\":\"//g//overlay//" ID "//\"}}",
        };
        _cleanup_arena_ struct arena arena = ARENA_INIT;

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
                struct container_config config = parsed(&arena, texts[i]);

                assert_non_null(config.layer);
                assert_string_equal(config.layer, ID);
                assert_null(config.name);
                assert_null(config.image);
        }
}

static void annotations_of_cri_o_name_container_and_image(void **state) {
        _cleanup_arena_ struct arena arena = ARENA_INIT;
        struct container_config config;

        (void) state;
        config = parsed(&arena, "{\"annotations\":{\"io.kubernetes.cri-o.Name\":\"k8s_web_pod\","
                                "\"io.kubernetes.cri-o.ImageName\":\"example.org/web\\u003a1\"}}");
        assert_string_equal(config.name, "k8s_web_pod");
        assert_string_equal(config.image, "example.org/web:1");
        assert_null(config.layer);
}

static void a_file_that_is_not_understood_has_nothing(void **state) {
        static const char *const texts[] = {
                "",
                "{",
                "[]",
                "null",
                "{\"root\":[],\"annotations\":\"x\"}",
                "{\"root\":{\"path\":7},\"annotations\":{\"io.kubernetes.cri-o.Name\":\"\"}}",
                "{\"root\":{\"path\":\"/g/overlay/" ID "0/merged\"}}",
                "{\"root\":{\"path\":\"/g/overlay/" ID "\\u0000\"}}",
                "{\"ROOT\":{\"path\":\"/g/overlay/" ID "\"}}",
        };
        _cleanup_arena_ struct arena arena = ARENA_INIT;

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
                struct container_config config = parsed(&arena, texts[i]);

                assert_null(config.layer);
                assert_null(config.name);
                assert_null(config.image);
        }
}

static void nothing_is_read_through_a_link_or_from_a_pipe(void **state) {
        _cleanup_arena_ struct arena arena = ARENA_INIT;
        char path[] = "/tmp/container.XXXXXX";
        struct container_config config = {.name = "before"};
        _cleanup_close_ int dir = -1, file = -1;

        (void) state;
        assert_non_null(mkdtemp(path));
        dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_true(dir >= 0);
        assert_ok(mkdirat(dir, "userdata", 0700));
        file = openat(dir, "outside", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        assert_true(dprintf(file, "{\"root\":{\"path\":\"/g/overlay/" ID "\"}}") > 0);

        assert_ok(container_config_read(dir, &arena, &config));
        assert_null(config.name);
        assert_ok(symlinkat("../outside", dir, "userdata/config.json"));
        assert_ok(container_config_read(dir, &arena, &config));
        assert_null(config.layer);
        assert_ok(unlinkat(dir, "userdata/config.json", 0));
        assert_ok(mkfifoat(dir, "userdata/config.json", 0600));
        assert_ok(container_config_read(dir, &arena, &config));
        assert_null(config.layer);
        assert_ok(unlinkat(dir, "userdata/config.json", 0));
        assert_ok(renameat(dir, "outside", dir, "userdata/config.json"));
        assert_ok(container_config_read(dir, &arena, &config));
        assert_string_equal(config.layer, ID);

        assert_ok(unlinkat(dir, "userdata/config.json", 0));
        assert_ok(unlinkat(dir, "userdata", AT_REMOVEDIR));
        assert_ok(rmdir(path));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_root_file_system_names_the_layer),
                cmocka_unit_test(annotations_of_cri_o_name_container_and_image),
                cmocka_unit_test(a_file_that_is_not_understood_has_nothing),
                cmocka_unit_test(nothing_is_read_through_a_link_or_from_a_pipe),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
