/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "driver/mountinfo.h"
#include "unit.h"

#define ROOT_LINE "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
#define HOME      "/var/lib/containers/storage/overlay"
#define ID_A      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B      "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define ID_C      "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
#define ID_D      "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
#define LINK_A    "AAAAAAAAAAAAAAAAAAAAAAAAAA"
#define LINK_B    "BBBBBBBBBBBBBBBBBBBBBBBBBB"

#define _cleanup_mountinfo_ _cleanup_(mountinfo_freep)

static struct mountinfo *parse(const char *text) {
        struct mountinfo *info = NULL;

        assert_ok(mountinfo_parse(text, strlen(text), &info, NULL));
        return info;
}

static void path_of_fixture(const char *name, char path[static 512]) {
        const char *corpus = getenv("CSTORAGE_CORPUS");

        assert_non_null(corpus);
        (void) snprintf(path, 512, "%s/mountinfo/%s", corpus, name);
}

static struct mountinfo *read_fixture(const char *name) {
        struct mountinfo *info = NULL;
        char path[512];

        path_of_fixture(name, path);
        assert_ok(mountinfo_read(path, &info, NULL));
        return info;
}

static void expect_ids(const struct idset *set, const char *ids) {
        _cleanup_text_ struct text text = TEXT_INIT;

        for (size_t i = 0; i < set->n; i++)
                assert_ok(text_addf(&text, "%s%.4s", i > 0 ? " " : "", set->ids[i]));
        assert_string_equal(text.s ? text.s : "", ids);
}

static void a_path_covers_what_is_mounted_at_it_or_below(void **state) {
        _cleanup_mountinfo_ struct mountinfo *info =
                parse(ROOT_LINE "30 22 0:30 / /a/b rw - tmpfs tmpfs rw\n"
                                "31 22 0:31 / /a/b-c rw - tmpfs tmpfs rw\n"
                                "32 22 0:32 / /d/e/f rw - tmpfs tmpfs rw\n");
        static const char *const covers[] = {"/",      "/a", "/a/",  "/a/b",  "/a/b/",
                                             "/a/b-c", "/d", "/d/e", "/d/e/f"};
        static const char *const covers_not[] = {"/a/b/c",  "/a/bc", "/a/b-", "/a/b-c/d",
                                                 "/d/e/ff", "/d/f",  "/z",    "/A"};

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(covers); i++)
                assert_true(mountinfo_has_below(info, covers[i]));
        for (size_t i = 0; i < ARRAY_SIZE(covers_not); i++)
                assert_false(mountinfo_has_below(info, covers_not[i]));
}

static void what_is_mounted_now_can_be_read(void **state) {
        _cleanup_mountinfo_ struct mountinfo *info = NULL;

        (void) state;
        assert_ok(mountinfo_read(NULL, &info, NULL));
        assert_true(mountinfo_has_below(info, "/proc"));
        assert_false(mountinfo_has_below(info, "/proc/no such directory"));
}

static void escapes_are_decoded(void **state) {
        _cleanup_mountinfo_ struct mountinfo *info = read_fixture("escapes-are-octal");

        (void) state;
        assert_true(mountinfo_has_below(info, "/x y\tz\nn\\b#"));
        assert_false(mountinfo_has_below(info, "/x\\040y\\011z\\012n\\134b\\043"));
        assert_true(mountinfo_has_below(info, HOME "/" ID_A "/merged x"));
        expect_ids(mountinfo_layers(info), "aaaa bbbb cccc dddd");
}

static void a_container_of_podman_shows_every_layer_below_it(void **state) {
        _cleanup_mountinfo_ struct mountinfo *new = read_fixture("podman-5.8-lowerdirs-are-diffs");
        _cleanup_mountinfo_ struct mountinfo *old = read_fixture("podman-5.4-lowerdirs-are-links");
        _cleanup_mountinfo_ struct mountinfo *oldest = read_fixture("podman-4.3-lowerdirs-are-links");

        (void) state;
        expect_ids(mountinfo_layers(new), "694a 951f a609 ecaf");
        expect_ids(mountinfo_layers(old), "91cf");
        expect_ids(mountinfo_layers(oldest), "9a75");

        assert_true(mountinfo_has_below(new, HOME
                                        "/a6099686fa9a200d15308f5809fc1fe4bdff5d647a7ce0af267377dba255135b"));
        assert_false(
                mountinfo_has_below(new, HOME
                                    "/951fe33b398dcd672ced89126474e17bee73d73cb244501daad2da17e2ef41e0"));
        assert_true(mountinfo_has_below(
                new, HOME "-containers/da506e25682f09d69932f48cd2fe3c98f7659dffbb2b7acbe6b60c97a8de96e9"));
}

static void what_is_mounted_below_a_layer_does_not_make_it_used(void **state) {
        _cleanup_mountinfo_ struct mountinfo *info =
                parse(ROOT_LINE "30 22 0:30 / " HOME "/" ID_A "/merged/x rw - tmpfs tmpfs rw\n"
                                "31 22 8:1 /outside " HOME "/" ID_A "/work rw - ext4 /dev/sda1 rw\n");

        (void) state;
        expect_ids(mountinfo_layers(info), "");
        assert_true(mountinfo_has_below(info, HOME "/" ID_A));
}

static void what_is_mounted_on_a_layer_does(void **state) {
        _cleanup_mountinfo_ struct mountinfo *info =
                parse(ROOT_LINE "31 22 8:1 /outside " HOME "/" ID_A " rw - ext4 /dev/sda1 rw\n");

        (void) state;
        expect_ids(mountinfo_layers(info), "aaaa");
}

static void rootless_mounts_of_both_kinds_are_seen(void **state) {
        _cleanup_mountinfo_ struct mountinfo *info = read_fixture("rootless-native-and-fuse");

        (void) state;
        expect_ids(mountinfo_layers(info), "aaaa bbbb");
        assert_true(mountinfo_has_below(info, "/home/u/.local/share/containers/storage/overlay/" ID_B));
}

static void each_way_to_write_lower_directories_is_understood(void **state) {
        _cleanup_mountinfo_ struct mountinfo *each = read_fixture("lowerdirs-one-by-one");
        _cleanup_mountinfo_ struct mountinfo *relative = read_fixture("relative-lowerdirs");

        (void) state;
        expect_ids(mountinfo_layers(each), "aaaa bbbb cccc dddd");
        expect_ids(mountinfo_layers(relative), "aaaa cccc");
}

static void a_layer_that_is_bound_elsewhere_is_in_use(void **state) {
        _cleanup_mountinfo_ struct mountinfo *info = read_fixture("a-layer-bound-elsewhere");

        (void) state;
        expect_ids(mountinfo_layers(info), "aaaa");
        assert_false(mountinfo_has_below(info, HOME "/" ID_A));
}

static void what_is_nearly_an_id_is_none(void **state) {
        _cleanup_mountinfo_ struct mountinfo *info = read_fixture("nearly-ids-are-none");

        (void) state;
        expect_ids(mountinfo_layers(info), "");
}

static void a_mount_whose_directory_was_removed_still_counts(void **state) {
        _cleanup_mountinfo_ struct mountinfo *info = read_fixture("deleted-mount-points");

        (void) state;
        assert_true(mountinfo_has_below(info, HOME "/" ID_A));
        expect_ids(mountinfo_layers(info), "aaaa");
}

static void odd_lines_of_the_kernel_are_read(void **state) {
        _cleanup_mountinfo_ struct mountinfo *info = read_fixture("optional-fields-and-empty-sources");

        (void) state;
        assert_true(mountinfo_has_below(info, "/empty-source"));
        assert_true(mountinfo_has_below(info, "/odd"));
}

static void what_is_not_understood_is_refused(void **state) {
        static const char *const names[] = {
                "empty-is-refused",
                "fstab-lines-are-refused",
                "a-line-cut-short-is-refused",
                "a-missing-newline-is-refused",
                "a-nul-is-refused",
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
                struct mountinfo *info = NULL;
                struct error error;
                char path[512];

                path_of_fixture(names[i], path);
                assert_int_equal(mountinfo_read(path, &info, &error), -EBADMSG);
                assert_null(info);
                assert_int_equal(error.code, -EBADMSG);
                assert_non_null(strstr(error.text, names[i]));
        }
}

static void the_line_that_is_not_understood_is_named(void **state) {
        static const char text[] = ROOT_LINE "garbage\n";
        struct mountinfo *info = NULL;
        struct error error;

        (void) state;
        assert_int_equal(mountinfo_parse(text, strlen(text), &info, &error), -EBADMSG);
        assert_non_null(strstr(error.text, "line 2 "));
}

static void without_proc_nothing_is_guessed(void **state) {
        struct mountinfo *info = NULL;
        struct error error;

        (void) state;
        assert_int_equal(mountinfo_read("/proc/self/no-such-file", &info, &error), -ENOENT);
        assert_non_null(strstr(error.text, "/proc/self/no-such-file"));
        assert_null(info);
}

#define MANY 20000U

/* As many questions as mounts: minutes if each looked at every mount. */
static void many_mounts_are_found_fast(void **state) {
        _cleanup_mountinfo_ struct mountinfo *info = NULL;
        _cleanup_text_ struct text text = TEXT_INIT;
        char path[128];

        (void) state;
        assert_ok(text_adds(&text, ROOT_LINE));
        for (unsigned i = 0; i < MANY; i++)
                assert_ok(text_addf(&text,
                                    "%u 22 0:%u / " HOME "/%064x/merged rw - overlay overlay "
                                    "rw,lowerdir=" HOME "/l/" LINK_A ":" HOME "/l/" LINK_B ",upperdir=" HOME
                                    "/%064x/diff,workdir=" HOME "/%064x/work\n",
                                    i + 30, i + 30, i * 2, i * 2, i * 2));

        info = parse(text.s);
        assert_int_equal(mountinfo_layers(info)->n, MANY);
        for (unsigned i = 0; i < MANY * 2; i++) {
                (void) snprintf(path, sizeof(path), HOME "/%064x", i);
                assert_int_equal(mountinfo_has_below(info, path), i % 2 == 0);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_path_covers_what_is_mounted_at_it_or_below),
                cmocka_unit_test(what_is_mounted_now_can_be_read),
                cmocka_unit_test(escapes_are_decoded),
                cmocka_unit_test(a_container_of_podman_shows_every_layer_below_it),
                cmocka_unit_test(what_is_mounted_below_a_layer_does_not_make_it_used),
                cmocka_unit_test(what_is_mounted_on_a_layer_does),
                cmocka_unit_test(rootless_mounts_of_both_kinds_are_seen),
                cmocka_unit_test(each_way_to_write_lower_directories_is_understood),
                cmocka_unit_test(a_layer_that_is_bound_elsewhere_is_in_use),
                cmocka_unit_test(what_is_nearly_an_id_is_none),
                cmocka_unit_test(a_mount_whose_directory_was_removed_still_counts),
                cmocka_unit_test(odd_lines_of_the_kernel_are_read),
                cmocka_unit_test(what_is_not_understood_is_refused),
                cmocka_unit_test(the_line_that_is_not_understood_is_named),
                cmocka_unit_test(without_proc_nothing_is_guessed),
                cmocka_unit_test(many_mounts_are_found_fast),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
