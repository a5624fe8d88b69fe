/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "driver/driver.h"
#include "place.h"

#define ID_A   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B   "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define ID_C   "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
#define LINK_A "AAAAAAAAAAAAAAAAAAAAAAAAAA"
#define LINK_B "BBBBBBBBBBBBBBBBBBBBBBBBBB"
#define LINK_C "CCCCCCCCCCCCCCCCCCCCCCCC27"

/* A layer on two others. */
static int make_home(void **state) {
        const struct store_dir *place;

        if (place_make(state) < 0)
                return -1;
        place = *state;
        put_dir(place->fd, "l");
        put_dir(place->fd, ID_A);
        put_link(place->fd, "l/" LINK_B, "../" ID_B "/diff");
        put_link(place->fd, "l/" LINK_C, "../" ID_C "/diff");
        return 0;
}

#define in_home(function) cmocka_unit_test_setup_teardown(function, make_home, place_remove)

static void expect_lowers(const struct store_dir *place, const char *first, const char *second) {
        _cleanup_free_ char **owner = NULL;
        const char *const expected[] = {first, second};
        struct overlay_lower lowers;
        size_t n = first ? second ? 2 : 1 : 0;

        assert_ok(driver_overlay.read_lowers(place->fd, -1, ID_A, &lowers, NULL));
        owner = lowers.ids;
        assert_int_equal(lowers.n, n);
        for (size_t i = 0; i < n; i++)
                assert_string_equal(lowers.ids[i], expected[i]);
        assert_null(lowers.ids[n]);
}

static void a_layer_without_a_lower_file_lies_on_nothing(void **state) {
        expect_lowers(*state, NULL, NULL);
}

static void the_lower_file_is_followed_through_the_links(void **state) {
        const struct store_dir *place = *state;

        put_text(place->fd, ID_A "/lower", "l/" LINK_C ":l/" LINK_B);
        expect_lowers(place, ID_C, ID_B);
}

static void the_ids_of_lower_layers_are_preferred(void **state) {
        const struct store_dir *place = *state;

        put_text(place->fd, ID_A "/lower", "l/" LINK_C);
        put_text(place->fd, ID_A "/lower-layers", ID_B ":" ID_C);
        expect_lowers(place, ID_B, ID_C);
}

static void what_the_driver_keeps_for_itself_is_no_layer(void **state) {
        static const char *const own[] = {
                "l",
                "staging",
                "tempdirs",
                "backingFsBlockDev",
                "backingFsBlockDev.tmp",
                ".has-mount-program",
                "lost+found",
                "fsutils-dummy12",
        };
        static const char *const probes[] = {
                "compat1234567890",
                "metacopy-check0",
                "opaque-bug-check1",
                "volatile-check2",
        };
        static const char *const not_own[] = {
                "",     ID_A, "compat", "compatx",     "compat1x", "xcompat1", "volatile-check",
                "link", "L",  "l/",     "lost+found1", "vfs",
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(own); i++)
                assert_true(driver_overlay.is_own_name(own[i]) && !driver_overlay.is_probe_name(own[i]));
        for (size_t i = 0; i < ARRAY_SIZE(probes); i++)
                assert_true(driver_overlay.is_own_name(probes[i]) && driver_overlay.is_probe_name(probes[i]));
        for (size_t i = 0; i < ARRAY_SIZE(not_own); i++)
                assert_false(driver_overlay.is_own_name(not_own[i]) ||
                             driver_overlay.is_probe_name(not_own[i]));
        assert_true(driver_overlay.is_own_name(driver_overlay.links_dir));
        assert_true(driver_overlay.is_own_name(driver_overlay.temp_root));
        assert_true(driver_overlay.is_own_name(driver_overlay.staging_dir));
}

static void a_link_that_leads_nowhere_is_left_out(void **state) {
        const struct store_dir *place = *state;

        put_text(place->fd, ID_A "/lower", "l/" LINK_A ":l/" LINK_B);
        expect_lowers(place, ID_B, NULL);
        put_link(place->fd, "l/" LINK_A, "../elsewhere/diff");
        expect_lowers(place, ID_B, NULL);
        assert_ok(unlinkat(place->fd, "l/" LINK_A, 0));
        put_text(place->fd, "l/" LINK_A, "../" ID_C "/diff");
        expect_lowers(place, ID_B, NULL);
}

static void without_links_all_of_them_are_left_out(void **state) {
        const struct store_dir *place = *state;

        assert_ok(renameat(place->fd, "l", place->fd, "m"));
        put_text(place->fd, ID_A "/lower", "l/" LINK_B);
        expect_lowers(place, NULL, NULL);
}

static void a_link_of_an_old_image_store_is_absolute(void **state) {
        const struct store_dir *place = *state;

        put_link(place->fd, "l/" LINK_A, "/var/lib/containers/storage/overlay/" ID_C "/diff");
        put_text(place->fd, ID_A "/lower", "l/" LINK_A ":l/" LINK_B);
        expect_lowers(place, ID_C, ID_B);
}

/* As of an image store: its layers' links are there. */
static void links_are_looked_for_in_the_other_home_too(void **state) {
        const struct store_dir *place = *state;
        _cleanup_free_ char **owner = NULL;
        _cleanup_close_ int other = -1;
        struct overlay_lower lowers;

        put_dir(place->fd, "other");
        put_dir(place->fd, "other/l");
        put_link(place->fd, "other/l/" LINK_A, "../" ID_A "/diff");
        put_link(place->fd, "other/l/" LINK_B, "../" ID_A "/diff");
        put_text(place->fd, ID_A "/lower", "l/" LINK_A ":l/" LINK_B ":l/AAAAAAAAAAAAAAAAAAAAAAAA77");
        other = openat(place->fd, "other", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_ok(other);
        assert_ok(driver_overlay.read_lowers(place->fd, other, ID_A, &lowers, NULL));
        owner = lowers.ids;
        assert_int_equal(lowers.n, 2);
        assert_string_equal(lowers.ids[0], ID_A);
        assert_string_equal(lowers.ids[1], ID_B);
}

static void links_of_the_other_home_that_cannot_be_read_are_named(void **state) {
        const struct store_dir *place = *state;
        _cleanup_close_ int other = -1;
        struct overlay_lower lowers;
        struct error error;

        put_dir(place->fd, "other");
        put_link(place->fd, "other/l", "../l");
        put_text(place->fd, ID_A "/lower", "l/" LINK_B);
        other = openat(place->fd, "other", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_ok(other);
        assert_int_equal(driver_overlay.read_lowers(place->fd, other, ID_A, &lowers, &error), -ENOTDIR);
        assert_non_null(strstr(error.text, "/other/l:"));
}

static void expect_error(const struct store_dir *place, const char *id, int code, const char *file) {
        struct overlay_lower lowers = {.n = 77};
        struct error error;

        assert_int_equal(driver_overlay.read_lowers(place->fd, -1, id, &lowers, &error), code);
        assert_int_equal(lowers.n, 77);
        assert_int_equal(error.code, code);
        assert_non_null(strstr(error.text, place->path));
        assert_non_null(strstr(error.text, file));
}

static void what_a_damaged_file_says_is_not_guessed(void **state) {
        const struct store_dir *place = *state;
        static const char *const texts[] = {
                "",
                ":",
                "l/" LINK_B "\n",
                "l/" LINK_B ":",
                ":l/" LINK_B,
                "l/" LINK_B "::l/" LINK_C,
                "l/BBB",
                LINK_B,
                "l/" LINK_B " ",
                "../" ID_B "/diff",
                "l/bbbbbbbbbbbbbbbbbbbbbbbbbb",
                "l/..",
                ID_B,
                "L/" LINK_B,
        };

        for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
                put_text(place->fd, ID_A "/lower", texts[i]);
                expect_error(place, ID_A, -EBADMSG, "/lower does");
        }
        put_bytes(place->fd, ID_A "/lower", "l/" LINK_B "\0\0\0", 31);
        expect_error(place, ID_A, -EBADMSG, "/lower does");
}

static void damaged_ids_are_not_made_up_for_by_the_links(void **state) {
        const struct store_dir *place = *state;
        static const char *const texts[] = {"",       ID_B ":",    ID_B "\n", ID_B ":bbbb",
                                            ID_B "/", "l/" LINK_B, "BB" ID_B};

        put_text(place->fd, ID_A "/lower", "l/" LINK_B);
        for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
                put_text(place->fd, ID_A "/lower-layers", texts[i]);
                expect_error(place, ID_A, -EBADMSG, "/lower-layers does");
        }
}

static char *repeat(const char *name, size_t n) {
        size_t len = strlen(name);
        char *text = malloc(n * (len + 1));

        assert_non_null(text);
        for (size_t i = 0; i < n; i++) {
                memcpy(text + i * (len + 1), name, len);
                text[i * (len + 1) + len] = i + 1 < n ? ':' : '\0';
        }
        return text;
}

static void a_layer_lies_on_500_others_at_most(void **state) {
        _cleanup_free_ char *ids = repeat(ID_B, LOWERS_MAX), *links = repeat("l/" LINK_B, LOWERS_MAX);
        _cleanup_free_ char *more_ids = repeat(ID_B, LOWERS_MAX + 1);
        _cleanup_free_ char *more_links = repeat("l/" LINK_B, LOWERS_MAX + 1);
        const struct store_dir *place = *state;
        struct overlay_lower lowers;

        put_text(place->fd, ID_A "/lower", links);
        assert_ok(driver_overlay.read_lowers(place->fd, -1, ID_A, &lowers, NULL));
        assert_int_equal(lowers.n, LOWERS_MAX);
        assert_string_equal(lowers.ids[LOWERS_MAX - 1], ID_B);
        free(lowers.ids);
        put_text(place->fd, ID_A "/lower", more_links);
        expect_error(place, ID_A, -EBADMSG, "/lower does");

        put_text(place->fd, ID_A "/lower-layers", ids);
        assert_ok(driver_overlay.read_lowers(place->fd, -1, ID_A, &lowers, NULL));
        assert_int_equal(lowers.n, LOWERS_MAX);
        free(lowers.ids);
        put_text(place->fd, ID_A "/lower-layers", more_ids);
        expect_error(place, ID_A, -EBADMSG, "/lower-layers does");
}

static void nothing_is_read_through_a_link(void **state) {
        const struct store_dir *place = *state;

        put_text(place->fd, "file", "l/" LINK_B);
        put_link(place->fd, ID_A "/lower", "../file");
        expect_error(place, ID_A, -ELOOP, "/lower");
        assert_ok(unlinkat(place->fd, ID_A "/lower", 0));

        put_link(place->fd, ID_B, ID_A);
        expect_error(place, ID_B, -ELOOP, ID_B);

        put_text(place->fd, ID_A "/lower", "l/" LINK_B);
        assert_ok(renameat(place->fd, "l", place->fd, "m"));
        put_link(place->fd, "l", "m");
        expect_error(place, ID_A, -ENOTDIR, "/l:");
}

static void a_file_that_is_none_is_an_error(void **state) {
        const struct store_dir *place = *state;

        expect_error(place, ID_C, -ENOENT, ID_C);
        put_text(place->fd, ID_C, "");
        expect_error(place, ID_C, -ENOTDIR, ID_C);
        put_dir(place->fd, ID_A "/lower");
        expect_error(place, ID_A, -EBADF, "/lower");
        assert_ok(mkfifoat(place->fd, ID_A "/lower-layers", 0644));
        expect_error(place, ID_A, -EBADF, "/lower-layers");
}

static void where_diff_leads_does_not_matter(void **state) {
        const struct store_dir *place = *state;

        put_link(place->fd, ID_A "/diff", "/nowhere/at/all");
        put_text(place->fd, ID_A "/lower", "l/" LINK_C);
        expect_lowers(place, ID_C, NULL);
}

static void the_short_name_is_read(void **state) {
        const struct store_dir *place = *state;
        char link[LINK_ID_LENGTH + 1];

        put_text(place->fd, ID_A "/link", LINK_C);
        assert_ok(driver_overlay.read_link(place->fd, ID_A, link));
        assert_string_equal(link, LINK_C);
}

static void what_is_no_short_name_is_none(void **state) {
        static const char *const texts[] = {
                "", "A", LINK_A "\n", LINK_A "A", "aaaaaaaaaaaaaaaaaaaaaaaaaa", "../AAAAAAAAAAAAAAAAAAAAAAA"};
        const struct store_dir *place = *state;
        char link[LINK_ID_LENGTH + 1] = "unchanged";

        assert_int_equal(driver_overlay.read_link(place->fd, ID_A, link), -ENOENT);
        assert_int_equal(driver_overlay.read_link(place->fd, ID_B, link), -ENOENT);
        for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
                put_text(place->fd, ID_A "/link", texts[i]);
                assert_int_equal(driver_overlay.read_link(place->fd, ID_A, link), -EBADMSG);
        }
        assert_ok(unlinkat(place->fd, ID_A "/link", 0));
        put_text(place->fd, "file", LINK_A);
        put_link(place->fd, ID_A "/link", "../file");
        assert_int_equal(driver_overlay.read_link(place->fd, ID_A, link), -ELOOP);
        assert_string_equal(link, "unchanged");
}

/* In the order in which a release that makes one directory makes what is in it, it is whole at any time. */
static void a_layer_without_link_or_without_diff_is_a_half(void **state) {
        const struct store_dir *place = *state;

        assert_int_equal(driver_overlay.is_split_layer(place->fd, ID_A), 0);
        put_dir(place->fd, ID_A "/diff");
        assert_int_equal(driver_overlay.is_split_layer(place->fd, ID_A), 0);
        put_text(place->fd, ID_A "/link", LINK_A);
        assert_int_equal(driver_overlay.is_split_layer(place->fd, ID_A), 0);
        put_dir(place->fd, ID_A "/work");
        assert_int_equal(driver_overlay.is_split_layer(place->fd, ID_A), 0);
        put_text(place->fd, ID_A "/link", ""); /* a power cut */
        assert_int_equal(driver_overlay.is_split_layer(place->fd, ID_A), 0);

        assert_ok(unlinkat(place->fd, ID_A "/link", 0));
        assert_int_equal(driver_overlay.is_split_layer(place->fd, ID_A), 1);

        assert_ok(unlinkat(place->fd, ID_A "/diff", AT_REMOVEDIR));
        assert_ok(unlinkat(place->fd, ID_A "/work", AT_REMOVEDIR));
        put_text(place->fd, ID_A "/link", LINK_A);
        assert_int_equal(driver_overlay.is_split_layer(place->fd, ID_A), 1);

        assert_int_equal(driver_overlay.is_split_layer(place->fd, ID_B), 0);
        put_link(place->fd, ID_B, ID_A);
        assert_int_equal(driver_overlay.is_split_layer(place->fd, ID_B), -ELOOP);
}

/* That of an additional layer leads into a file system that may not be there. */
static void a_diff_that_is_a_link_is_not_followed(void **state) {
        const struct store_dir *place = *state;

        put_text(place->fd, ID_A "/link", LINK_A);
        put_link(place->fd, ID_A "/diff", "/nowhere/at/all/diff");
        assert_int_equal(driver_overlay.is_split_layer(place->fd, ID_A), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                in_home(what_the_driver_keeps_for_itself_is_no_layer),
                in_home(a_layer_without_a_lower_file_lies_on_nothing),
                in_home(the_lower_file_is_followed_through_the_links),
                in_home(the_ids_of_lower_layers_are_preferred),
                in_home(a_link_that_leads_nowhere_is_left_out),
                in_home(without_links_all_of_them_are_left_out),
                in_home(a_link_of_an_old_image_store_is_absolute),
                in_home(links_are_looked_for_in_the_other_home_too),
                in_home(links_of_the_other_home_that_cannot_be_read_are_named),
                in_home(what_a_damaged_file_says_is_not_guessed),
                in_home(damaged_ids_are_not_made_up_for_by_the_links),
                in_home(a_layer_lies_on_500_others_at_most),
                in_home(nothing_is_read_through_a_link),
                in_home(a_file_that_is_none_is_an_error),
                in_home(where_diff_leads_does_not_matter),
                in_home(the_short_name_is_read),
                in_home(what_is_no_short_name_is_none),
                in_home(a_layer_without_link_or_without_diff_is_a_half),
                in_home(a_diff_that_is_a_link_is_not_followed),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
