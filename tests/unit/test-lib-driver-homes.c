/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/fd.h"
#include "fixture.h"
#include "store/driver-homes.h"
#include "unit.h"

static void add_option(struct fixture *f, const char *option) {
        assert_ok(cstorage_config_add_option(f->config, option));
}

static bool is_home(struct fixture *f, int fd, const char *path) {
        _cleanup_close_ int there = open_dir_beneath(f->fd, path);
        struct identity a, b;

        return fd >= 0 && identity_at(fd, "", &a) >= 0 && identity_at(there, "", &b) >= 0 &&
               identity_same_file(&a, &b);
}

static void the_homes_are_looked_through_in_the_order_of_the_go_side(void **state) {
        struct fixture *f = *state;
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = NULL;
        _cleanup_driver_homes_ struct driver_homes homes = DRIVER_HOMES_INIT;
        _cleanup_free_ char *first = NULL, *second = NULL, *images = NULL;

        fixture_mkdir(f, "first/overlay");
        fixture_mkdir(f, "second");
        fixture_mkdir(f, "images/overlay");
        assert_true(asprintf(&first, "imagestore=%s/first", f->top) > 0);
        assert_true(asprintf(&second, "imagestore=%s/second", f->top) > 0);
        assert_true(asprintf(&images, "%s/images", f->top) > 0);
        add_option(f, first);
        add_option(f, second);
        assert_ok(cstorage_config_set_imagestore(f->config, images));

        store = fixture_open(f);
        assert_ok(driver_homes_open(store, &homes, NULL));
        assert_int_equal(homes.homes.n, 4);
        assert_true(is_home(f, homes.homes.fds[0], "graphroot/overlay"));
        assert_true(is_home(f, homes.homes.fds[1], "images/overlay"));
        assert_true(is_home(f, homes.homes.fds[2], "first/overlay"));
        assert_int_equal(homes.homes.fds[3], -1);
        assert_true(is_home(f, homes.homes.runroot_fd, "runroot"));
}

static void a_home_may_be_made_after_the_store_was_opened(void **state) {
        struct fixture *f = *state;
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = NULL;
        _cleanup_driver_homes_ struct driver_homes before = DRIVER_HOMES_INIT, after = DRIVER_HOMES_INIT;

        assert_ok(renameat(f->fd, "graphroot/overlay", f->fd, "away"));
        store = fixture_open(f);
        assert_ok(driver_homes_open(store, &before, NULL));
        assert_int_equal(before.homes.fds[0], -1);
        assert_int_equal(before.homes.fds[1], -1);
        fixture_mkdir(f, "graphroot/overlay");
        assert_ok(driver_homes_open(store, &after, NULL));
        assert_true(is_home(f, after.homes.fds[0], "graphroot/overlay"));
}

static void a_home_that_cannot_be_opened_is_an_error(void **state) {
        struct fixture *f = *state;
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = fixture_open(f);
        _cleanup_driver_homes_ struct driver_homes homes = DRIVER_HOMES_INIT;
        struct error error;

        assert_ok(renameat(f->fd, "graphroot/overlay", f->fd, "away"));
        fixture_symlink(f, "../away", "graphroot/overlay");
        assert_int_equal(driver_homes_open(store, &homes, &error), -ENOTDIR);
        assert_non_null(strstr(error.text, "/graphroot/overlay"));
        assert_int_equal(homes.homes.n, 0);
}

static void the_configuration_says_how_layers_are_mounted(void **state) {
        struct fixture *f = *state;
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = NULL, *plain = fixture_open(f);
        _cleanup_driver_homes_ struct driver_homes homes = DRIVER_HOMES_INIT;

        assert_null(plain->mount_options);
        assert_false(plain->shares_mounts);
        add_option(f, "mountopt=first");
        add_option(f, "vfs.mountopt=none");
        add_option(f, "overlay.mountopt=nodev,metacopy=on");
        add_option(f, "skip_mount_home=true");
        store = fixture_open(f);
        assert_ok(driver_homes_open(store, &homes, NULL));
        assert_string_equal(homes.homes.mount_options, "nodev,metacopy=on");
        assert_true(homes.homes.shares_mounts);
}

static void a_truth_is_what_go_takes_for_one(void **state) {
        static const struct {
                const char *option;
                bool wanted;
        } cases[] = {{"skip_mount_home=1", true},    {"skip_mount_home=T", true},
                     {"skip_mount_home=yes", false}, {"skip_mount_home=tRue", false},
                     {"skip_mount_home=True", true}, {"skip_mount_home=", false},
                     {"skip_mount_home=TRUE", true}, {"skip_mount_home=false", false}};
        struct fixture *f = *state;

        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = NULL;

                add_option(f, cases[i].option);
                store = fixture_open(f);
                assert_int_equal(store->shares_mounts, cases[i].wanted);
        }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(the_homes_are_looked_through_in_the_order_of_the_go_side),
                CASE(a_home_may_be_made_after_the_store_was_opened),
                CASE(a_home_that_cannot_be_opened_is_an_error),
                CASE(the_configuration_says_how_layers_are_mounted),
                CASE(a_truth_is_what_go_takes_for_one),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
