/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <cstorage.h>

#include "place.h"

DEFINE_CLEANUP(struct cstorage_config *, cstorage_config_free);

static struct cstorage_config *config_of(const struct store_dir *place, const char *driver) {
        struct cstorage_config *config = NULL;

        assert_ok(cstorage_config_new(&config));
        assert_ok(cstorage_config_set_graphroot(config, place->path));
        assert_ok(cstorage_config_set_driver(config, driver));
        return config;
}

/* What is found, with a blank behind each. */
static void assert_found(const struct store_dir *place, const char *driver, const char *wanted) {
        _cleanup_(cstorage_config_freep) struct cstorage_config *config = config_of(place, driver);
        _cleanup_free_ char **found = NULL;
        char text[4096] = "";

        assert_ok(cstorage_config_find_drivers(config, &found, NULL));
        for (size_t i = 0; found[i]; i++) {
                assert_true(strlen(text) + strlen(found[i]) + 2 < sizeof(text));
                strcat(strcat(text, found[i]), " ");
        }
        assert_string_equal(text, wanted);
}

static void the_first_is_the_one_that_is_opened(void **state) {
        const struct store_dir *place = *state;

        put_dir(place->fd, "vfs");
        put_dir(place->fd, "zfs");
        put_dir(place->fd, "overlay");
        assert_found(place, NULL, "overlay vfs zfs ");
        assert_found(place, "zfs", "zfs overlay vfs ");
        assert_found(place, "btrfs", "btrfs overlay vfs zfs ");
}

static void each_is_named_once(void **state) {
        const struct store_dir *place = *state;

        put_dir(place->fd, "vfs");
        put_dir(place->fd, "vfs-layers");
        put_dir(place->fd, "vfs-images");
        assert_found(place, NULL, "vfs ");
}

static void records_show_a_driver_that_nobody_knows(void **state) {
        const struct store_dir *place = *state;

        put_dir(place->fd, "overlay");
        put_dir(place->fd, "mine-layers");
        put_dir(place->fd, "-layers");
        put_dir(place->fd, "mine!-layers");
        put_dir(place->fd, "volumes");
        put_text(place->fd, "file-layers", "");
        put_text(place->fd, "zfs", "");
        assert_found(place, NULL, "overlay mine mine! ");
}

static void many_names_are_not_listed_all(void **state) {
        const struct store_dir *place = *state;
        _cleanup_(cstorage_config_freep) struct cstorage_config *config = config_of(place, "overlay");
        _cleanup_free_ char **found = NULL;
        size_t n = 0;

        for (unsigned i = 0; i < 200; i++) {
                char name[32];

                (void) snprintf(name, sizeof(name), "%u-layers", i);
                put_dir(place->fd, name);
        }
        assert_ok(cstorage_config_find_drivers(config, &found, NULL));
        while (found[n])
                n++;
        assert_int_equal(n, 64);
}

static void without_a_store_there_is_none(void **state) {
        const struct store_dir *place = *state;
        _cleanup_(cstorage_config_freep) struct cstorage_config *config = config_of(place, NULL);
        char **found = NULL;

        assert_int_equal(cstorage_config_find_drivers(config, &found, NULL), -ENOENT);
        assert_ok(cstorage_config_set_graphroot(config, "/nowhere/at/all"));
        assert_int_equal(cstorage_config_find_drivers(config, &found, NULL), -ENOENT);
        assert_int_equal(cstorage_config_find_drivers(NULL, &found, NULL), -EINVAL);
        assert_int_equal(cstorage_config_find_drivers(config, NULL, NULL), -EINVAL);
        assert_null(found);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                in_place(the_first_is_the_one_that_is_opened),     in_place(each_is_named_once),
                in_place(records_show_a_driver_that_nobody_knows), in_place(many_names_are_not_listed_all),
                in_place(without_a_store_there_is_none),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
