/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/mount.h>

#include "base/dir.h"
#include "base/fd.h"
#include "driver/driver.h"
#include "driver/overlay-lower.h"
#include "place.h"

#define ID_A   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B   "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define ID_C   "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
#define LINK_A "AAAAAAAAAAAAAAAAAAAAAAAAAA"
#define LINK_B "BBBBBBBBBBBBBBBBBBBBBBBBBB"
#define LINK_C "CCCCCCCCCCCCCCCCCCCCCCCC27"

static const char *const on_a[] = {ID_A, NULL};
static const char *const on_b_a[] = {ID_B, ID_A, NULL};

static const struct new_layer layer_a = {.id = ID_A, .link = LINK_A};
static const struct new_layer layer_b = {.id = ID_B, .link = LINK_B, .parents = on_a};
static const struct new_layer layer_c = {.id = ID_C, .link = LINK_C, .parents = on_b_a};

static struct homes homes_of(const int *fd) {
        return (struct homes){.fds = fd, .n = 1, .runroot_fd = -1};
}

static int create(const struct store_dir *place, const struct new_layer *layer) {
        const struct homes homes = homes_of(&place->fd);
        struct new_layer mine = *layer;

        mine.uid = geteuid();
        mine.gid = getegid();
        return driver_overlay.create_layer(&homes, place->fd, &mine, NULL);
}

static void expect_text(const struct store_dir *place, const char *name, const char *text) {
        _cleanup_free_ char *found = NULL;
        size_t len;

        assert_ok(read_file_at(place->fd, name, LOWERS_BYTES_MAX, &found, &len, NULL));
        assert_string_equal(found, text);
        assert_int_equal(len, strlen(text));
}

static void expect_link(const struct store_dir *place, const char *name, const char *target) {
        _cleanup_free_ char *found = NULL;

        assert_ok(readlink_alloc_at(place->fd, name, &found));
        assert_string_equal(found, target);
}

/* How much is in a directory. */
static size_t count(const struct store_dir *place, const char *name) {
        _cleanup_dir_list_ struct dir_list list = DIR_LIST_INIT;
        _cleanup_close_ int fd = open_dir_beneath(place->fd, name);

        assert_ok(fd);
        assert_ok(dir_list_read(&list, fd));
        return list.n;
}

static void a_home_has_links_and_is_made_once(void **state) {
        const struct store_dir *place = *state;
        _cleanup_close_ int fd = driver_overlay.make_home(place->fd, NULL);
        _cleanup_close_ int again = driver_overlay.make_home(place->fd, NULL);

        assert_ok(fd);
        assert_ok(again);
        assert_int_equal(mode_of(place->fd, "overlay"), 0755);
        assert_int_equal(mode_of(fd, "l"), 0755);
}

static void a_layer_on_nothing_has_an_empty_directory_to_lie_on(void **state) {
        const struct store_dir *place = *state;

        assert_ok(create(place, &layer_a));
        assert_int_equal(mode_of(place->fd, ID_A), 0700);
        assert_int_equal(mode_of(place->fd, ID_A "/diff"), 0555);
        assert_int_equal(mode_of(place->fd, ID_A "/work"), 0700);
        assert_int_equal(mode_of(place->fd, ID_A "/merged"), 0700);
        assert_int_equal(mode_of(place->fd, ID_A "/empty"), 0700);
        assert_int_equal(mode_of(place->fd, ID_A "/link"), 0644);
        expect_text(place, ID_A "/link", LINK_A);
        expect_link(place, "l/" LINK_A, "../" ID_A "/diff");
        assert_int_equal(count(place, ID_A), 5);
        assert_int_equal(count(place, "."), 2);
}

static void a_layer_on_others_names_all_of_them(void **state) {
        const struct store_dir *place = *state;

        assert_ok(create(place, &layer_a));
        assert_ok(create(place, &layer_b));
        expect_text(place, ID_B "/lower", "l/" LINK_A);
        expect_text(place, ID_B "/lower-layers", ID_A);
        assert_ok(create(place, &layer_c));
        expect_text(place, ID_C "/lower", "l/" LINK_B ":l/" LINK_A);
        expect_text(place, ID_C "/lower-layers", ID_B ":" ID_A);
        assert_int_equal(mode_of(place->fd, ID_C "/lower"), 0644);
        assert_int_equal(mode_of(place->fd, ID_C "/lower-layers"), 0644);
        assert_int_equal(count(place, ID_C), 6);
        expect_link(place, "l/" LINK_C, "../" ID_C "/diff");
}

static void what_was_made_can_be_read(void **state) {
        const struct store_dir *place = *state;
        _cleanup_free_ char **owner = NULL;
        char link[LINK_ID_LENGTH + 1];
        struct overlay_lower lowers;

        assert_ok(create(place, &layer_a));
        assert_ok(create(place, &layer_b));
        assert_ok(create(place, &layer_c));
        assert_ok(driver_overlay.read_link(place->fd, ID_C, link));
        assert_string_equal(link, LINK_C);
        assert_ok(driver_overlay.read_lowers(place->fd, -1, ID_C, &lowers, NULL));
        owner = lowers.ids;
        assert_int_equal(lowers.n, 2);
        assert_string_equal(lowers.ids[0], ID_B);
}

static void the_content_has_mode_and_owner_of_the_parents(void **state) {
        const struct store_dir *place = *state;
        struct stat st;

        assert_ok(create(place, &layer_a));
        assert_ok(fchmodat(place->fd, ID_A "/diff", 01775, 0));
        if (geteuid() == 0)
                assert_ok(fchownat(place->fd, ID_A "/diff", 1234, 5678, 0));
        assert_ok(create(place, &layer_b));
        assert_int_equal(mode_of(place->fd, ID_B "/diff"), 0775);
        assert_int_equal(mode_of(place->fd, ID_B "/work"), 0700);
        if (geteuid() != 0)
                return;
        for (size_t i = 0; i < 3; i++) {
                static const char *const names[] = {ID_B "/diff", ID_B "/work", ID_B "/merged"};

                assert_ok(fstatat(place->fd, names[i], &st, 0));
                assert_int_equal(st.st_uid, 1234);
                assert_int_equal(st.st_gid, 5678);
        }
        assert_ok(fstatat(place->fd, ID_B, &st, 0));
        assert_int_equal(st.st_uid, 0);
}

static void the_umask_does_not_matter_to_the_content(void **state) {
        const struct store_dir *place = *state;
        mode_t old = umask(0777);
        int r = create(place, &layer_a);

        (void) umask(old);
        assert_ok(r);
        assert_int_equal(mode_of(place->fd, ID_A), 0700);
        assert_int_equal(mode_of(place->fd, ID_A "/diff"), 0555);
        assert_int_equal(mode_of(place->fd, ID_A "/merged"), 0700);
}

static void a_parent_may_lie_in_another_store(void **state) {
        const struct store_dir *place = *state;
        _cleanup_close_ int other = driver_overlay.make_home(place->fd, NULL);
        const int fds[] = {place->fd, -1, other};
        const struct homes homes = {.fds = fds, .n = 3, .runroot_fd = -1}, own = homes_of(&other);
        struct new_layer first = layer_a, second = layer_b;

        first.uid = second.uid = geteuid();
        first.gid = second.gid = getegid();
        assert_ok(driver_overlay.create_layer(&own, other, &first, NULL));
        assert_ok(driver_overlay.create_layer(&homes, place->fd, &second, NULL));
        expect_text(place, ID_B "/lower", "l/" LINK_A);
        assert_false(is_there(place->fd, ID_A));
}

static void without_its_parent_nothing_is_made(void **state) {
        const struct store_dir *place = *state;
        const struct homes homes = homes_of(&place->fd);
        struct error error;

        assert_int_equal(driver_overlay.create_layer(&homes, place->fd, &layer_b, &error), -ENOENT);
        assert_non_null(strstr(error.text, ID_A));
        assert_int_equal(count(place, "."), 0);
}

static void nothing_is_made_on_a_parent_that_is_damaged(void **state) {
        static const char *const names[] = {ID_B "/diff", ID_B "/link", ID_B "/lower"};
        const struct store_dir *place = *state;
        const struct homes homes = homes_of(&place->fd);
        struct error error;

        assert_ok(create(place, &layer_a));
        assert_ok(create(place, &layer_b));
        for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
                assert_ok(renameat(place->fd, names[i], place->fd, "away"));
                assert_int_equal(driver_overlay.create_layer(&homes, place->fd, &layer_c, &error), -ENOENT);
                assert_non_null(strstr(error.text, names[i]));
                assert_ok(renameat(place->fd, "away", place->fd, names[i]));
        }
        put_text(place->fd, ID_B "/lower", "l/" LINK_A "\n");
        assert_int_equal(driver_overlay.create_layer(&homes, place->fd, &layer_c, &error), -EBADMSG);
        assert_non_null(strstr(error.text, ID_B "/lower"));
        put_text(place->fd, ID_B "/link", "");
        assert_int_equal(driver_overlay.create_layer(&homes, place->fd, &layer_c, &error), -EBADMSG);
        assert_false(is_there(place->fd, ID_C));
        assert_int_equal(count(place, "l"), 2);
}

static void more_than_500_layers_are_refused(void **state) {
        const struct store_dir *place = *state;
        const struct homes homes = homes_of(&place->fd);
        const char *parents[LOWERS_MAX + 2];
        const struct new_layer layer = {.id = ID_C, .link = LINK_C, .parents = parents};
        struct error error;

        for (size_t i = 0; i <= LOWERS_MAX; i++)
                parents[i] = ID_A;
        parents[LOWERS_MAX + 1] = NULL;
        assert_int_equal(driver_overlay.create_layer(&homes, place->fd, &layer, &error), -E2BIG);
        assert_non_null(strstr(error.text, ID_C));
        assert_int_equal(count(place, "."), 0);
}

static void a_failure_leaves_nothing_behind(void **state) {
        const struct store_dir *place = *state;
        struct new_layer taken = layer_b;

        assert_ok(create(place, &layer_a));
        taken.link = LINK_A;
        assert_int_equal(create(place, &taken), -EEXIST);
        assert_false(is_there(place->fd, ID_B));
        expect_link(place, "l/" LINK_A, "../" ID_A "/diff");
        assert_int_equal(count(place, "l"), 1);
}

static void what_a_killed_process_left_gives_way(void **state) {
        static const char *const last[] = {"", "/diff", "/link", "/work", "/merged", "/lower"};
        const struct store_dir *place = *state;
        struct new_layer again = layer_b;

        again.link = LINK_C;
        assert_ok(create(place, &layer_a));
        for (size_t i = 0; i < ARRAY_SIZE(last); i++) {
                char name[128];

                assert_ok(create(place, &layer_b));
                /* As if it had ended before this was made. */
                for (size_t j = ARRAY_SIZE(last); j-- > i && j > 0;) {
                        (void) snprintf(name, sizeof(name), ID_B "%s", last[j]);
                        if (unlinkat(place->fd, name, 0) < 0)
                                assert_ok(unlinkat(place->fd, name, AT_REMOVEDIR));
                }
                if (is_there(place->fd, ID_B "/diff"))
                        put_text(place->fd, ID_B "/diff/file", "");
                assert_ok(create(place, &again));
                assert_int_equal(count(place, ID_B), 6);
                assert_int_equal(count(place, ID_B "/diff"), 0);
                assert_false(is_there(place->fd, "tempdirs"));
                assert_ok(unlinkat(place->fd, "l/" LINK_C, 0));
                (void) unlinkat(place->fd, "l/" LINK_B, 0);
        }
}

static void the_short_name_of_a_leftover_goes_with_it(void **state) {
        const struct store_dir *place = *state;
        struct new_layer renamed = layer_b;

        assert_ok(create(place, &layer_a));
        assert_ok(create(place, &layer_b));
        renamed.link = LINK_C;
        assert_ok(create(place, &renamed));
        assert_false(is_there(place->fd, "l/" LINK_B));
        expect_link(place, "l/" LINK_C, "../" ID_B "/diff");
        /* Of one that names what is another's, only the directory goes. */
        put_text(place->fd, ID_B "/link", LINK_A);
        renamed.link = LINK_B;
        assert_ok(create(place, &renamed));
        expect_link(place, "l/" LINK_A, "../" ID_A "/diff");
}

static void a_leftover_with_a_mount_in_it_stays(void **state) {
        const struct store_dir *place = *state;
        const struct homes homes = homes_of(&place->fd);
        char path[256];
        struct error error;
        int r;

        if (geteuid() != 0)
                skip();
        assert_ok(create(place, &layer_a));
        (void) snprintf(path, sizeof(path), "%s/" ID_A "/merged", place->path);
        assert_ok(mount("none", path, "tmpfs", 0, NULL));
        r = driver_overlay.create_layer(&homes, place->fd, &layer_a, &error);
        assert_ok(umount(path));
        assert_int_equal(r, -EBUSY);
        assert_non_null(strstr(error.text, ID_A));
        expect_text(place, ID_A "/link", LINK_A);
        assert_false(is_there(place->fd, "tempdirs"));
}

/* ------------------------------------------------------------------------------------------ content */

static void content_takes_the_place_of_the_empty_one(void **state) {
        const struct store_dir *place = *state;
        const struct homes homes = homes_of(&place->fd);
        _cleanup_close_ int fd = -1, diff = -1;

        assert_ok(create(place, &layer_a));
        put_dir(place->fd, "temp");
        fd = driver_overlay.make_content(&homes, NULL, place->fd, "temp/0-addition", NULL);
        assert_ok(fd);
        assert_int_equal(mode_of(place->fd, "temp/0-addition"), 0555);
        put_text(fd, "file", "text");

        assert_ok(driver_overlay.put_content(place->fd, ID_A, place->fd, "temp/0-addition", NULL));
        expect_text(place, ID_A "/diff/file", "text");
        assert_false(is_there(place->fd, "temp/0-addition"));
        diff = driver_overlay.open_content(&homes, ID_A, NULL);
        assert_ok(diff);
        assert_true(is_there(diff, "file"));
}

static void content_begins_with_mode_and_owner_of_the_parents(void **state) {
        const struct store_dir *place = *state;
        const struct homes homes = homes_of(&place->fd);
        _cleanup_close_ int fd = -1;

        assert_ok(create(place, &layer_a));
        assert_ok(fchmodat(place->fd, ID_A "/diff", 0751, 0));
        put_text(place->fd, ID_A "/diff/file", "of the parent");
        fd = driver_overlay.make_content(&homes, ID_A, place->fd, "content", NULL);
        assert_ok(fd);
        assert_int_equal(mode_of(place->fd, "content"), 0751);
        assert_int_equal(count(place, "content"), 0);
        assert_int_equal(driver_overlay.make_content(&homes, ID_B, place->fd, "other", NULL), -ENOENT);
        assert_false(is_there(place->fd, "other"));
}

static void content_that_is_there_is_not_replaced(void **state) {
        const struct store_dir *place = *state;
        struct error error;

        assert_ok(create(place, &layer_a));
        put_text(place->fd, ID_A "/diff/file", "");
        put_dir(place->fd, "content");
        assert_int_equal(driver_overlay.put_content(place->fd, ID_A, place->fd, "content", &error),
                         -ENOTEMPTY);
        assert_non_null(strstr(error.text, ID_A "/diff"));
        assert_true(is_there(place->fd, "content"));
        assert_true(is_there(place->fd, ID_A "/diff/file"));
}

static void content_that_has_no_names_is_not_shown(void **state) {
        const struct store_dir *place = *state;
        const struct homes homes = homes_of(&place->fd);
        struct error error;

        assert_int_equal(driver_overlay.open_content(&homes, ID_A, &error), -ENOENT);
        assert_non_null(strstr(error.text, ID_A));
        assert_ok(create(place, &layer_a));
        put_dir(place->fd, ID_A "/composefs-data");
        put_text(place->fd, ID_A "/composefs-data/composefs.blob", "");
        assert_int_equal(driver_overlay.open_content(&homes, ID_A, &error), -EOPNOTSUPP);
        assert_non_null(strstr(error.text, ID_A));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                in_place(a_home_has_links_and_is_made_once),
                in_place(a_layer_on_nothing_has_an_empty_directory_to_lie_on),
                in_place(a_layer_on_others_names_all_of_them),
                in_place(what_was_made_can_be_read),
                in_place(the_content_has_mode_and_owner_of_the_parents),
                in_place(the_umask_does_not_matter_to_the_content),
                in_place(a_parent_may_lie_in_another_store),
                in_place(without_its_parent_nothing_is_made),
                in_place(nothing_is_made_on_a_parent_that_is_damaged),
                in_place(more_than_500_layers_are_refused),
                in_place(a_failure_leaves_nothing_behind),
                in_place(what_a_killed_process_left_gives_way),
                in_place(the_short_name_of_a_leftover_goes_with_it),
                in_place(a_leftover_with_a_mount_in_it_stays),
                in_place(content_takes_the_place_of_the_empty_one),
                in_place(content_begins_with_mode_and_owner_of_the_parents),
                in_place(content_that_is_there_is_not_replaced),
                in_place(content_that_has_no_names_is_not_shown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
