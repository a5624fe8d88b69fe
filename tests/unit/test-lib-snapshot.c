/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "fixture.h"
#include "unit.h"

DEFINE_CLEANUP(struct cstorage_store *, cstorage_store_unref);
DEFINE_CLEANUP(struct cstorage_snapshot *, cstorage_snapshot_unref);

static struct cstorage_snapshot *snapshot_of(struct fixture *f) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = fixture_open(f);
        struct cstorage_snapshot *snapshot = NULL;

        assert_ok(cstorage_snapshot_new(store, &snapshot, NULL));
        return snapshot;
}

static enum cstorage_record_file_state state_of(const struct cstorage_snapshot *snapshot,
                                                enum cstorage_record_file_kind kind,
                                                enum cstorage_location location) {
        const struct cstorage_record_file *file = NULL;

        while ((file = cstorage_snapshot_next_record_file(snapshot, file)))
                if (cstorage_record_file_get_kind(file) == kind &&
                    cstorage_record_file_get_location(file) == location)
                        return cstorage_record_file_get_state(file);
        fail_msg("no such file");
        return 0;
}

static void an_empty_list_is_an_empty_store(void **state) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = snapshot_of(*state);

        assert_null(cstorage_snapshot_next_layer(snapshot, NULL));
        assert_null(cstorage_snapshot_next_image(snapshot, NULL));
        assert_null(cstorage_snapshot_next_container(snapshot, NULL));
        assert_int_equal(state_of(snapshot, CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_STABLE),
                         CSTORAGE_RECORD_FILE_OK);
        assert_int_equal(state_of(snapshot, CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_VOLATILE),
                         CSTORAGE_RECORD_FILE_MISSING);
}

static void damage_is_a_fact_and_names_the_file(void **state) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = NULL;
        const struct cstorage_record_file *file = NULL;

        fixture_write(*state, "graphroot/overlay-layers/layers.json", "{}");
        fixture_write(*state, "graphroot/overlay-layers/volatile-layers.json", "");
        fixture_symlink(*state, "/etc/passwd", "graphroot/overlay-containers/containers.json");
        snapshot = snapshot_of(*state);
        assert_int_equal(state_of(snapshot, CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_STABLE),
                         CSTORAGE_RECORD_FILE_DAMAGED);
        assert_int_equal(state_of(snapshot, CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_VOLATILE),
                         CSTORAGE_RECORD_FILE_EMPTY);
        assert_int_equal(state_of(snapshot, CSTORAGE_RECORD_FILE_CONTAINERS, CSTORAGE_LOCATION_STABLE),
                         CSTORAGE_RECORD_FILE_UNREADABLE);

        file = cstorage_snapshot_next_record_file(snapshot, NULL);
        assert_non_null(strstr(cstorage_record_file_get_path(file), "/graphroot/overlay-layers/layers.json"));
        assert_non_null(cstorage_record_file_get_problem(file));
}

static void write_layers(struct fixture *f, const char *path, const char *a, const char *b,
                         const char *name) {
        char text[1024];

        (void) snprintf(text, sizeof(text),
                        "[{\"id\":\"%s\",\"names\":[\"%s\"],\"created\":\"2026-11-23T18:40:41Z\"},"
                        "{\"id\":\"%s\",\"parent\":\"%s\",\"created\":\"2026-11-23T18:40:41Z\","
                        "\"diff-digest\":\"sha256:%s\"}]",
                        a, name, b, a, b);
        fixture_write(f, path, text);
}

static void records_of_both_modes_are_there_with_their_location(void **state) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = NULL;
        const struct cstorage_layer *layer;

        write_layers(*state, "graphroot/overlay-layers/layers.json", fixture_id("aa"), fixture_id("ab"), "x");
        write_layers(*state, "graphroot/overlay-layers/volatile-layers.json", fixture_id("ba"),
                     fixture_id("bb"), "y");
        write_layers(*state, "runroot/overlay-layers/volatile-layers.json", fixture_id("ca"),
                     fixture_id("cb"), "z");
        snapshot = snapshot_of(*state);

        assert_ok(cstorage_snapshot_find_layer(snapshot, "aa", &layer));
        assert_int_equal(cstorage_layer_get_location(layer), CSTORAGE_LOCATION_STABLE);
        assert_ok(cstorage_snapshot_find_layer(snapshot, "y", &layer));
        assert_string_equal(cstorage_layer_get_id(layer), fixture_id("ba"));
        assert_int_equal(cstorage_layer_get_location(layer), CSTORAGE_LOCATION_VOLATILE);
        assert_ok(cstorage_snapshot_find_layer(snapshot, fixture_id("cb"), &layer));
        assert_int_equal(cstorage_layer_get_location(layer), CSTORAGE_LOCATION_VOLATILE_RUNROOT);
        assert_string_equal(cstorage_layer_get_id(cstorage_snapshot_get_parent(snapshot, layer)),
                            fixture_id("ca"));
        assert_int_equal(cstorage_snapshot_find_layer(snapshot, "a", &layer), -EEXIST);
        assert_int_equal(cstorage_snapshot_find_layer(snapshot, "d", &layer), -ENOENT);
        assert_int_equal(cstorage_snapshot_find_layer(snapshot, "", &layer), -ENOENT);
}

static void the_first_record_of_an_id_is_found_and_the_last_holder_of_a_name(void **state) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = NULL;
        const struct cstorage_layer *layer = NULL;
        int n = 0;

        write_layers(*state, "graphroot/overlay-layers/layers.json", fixture_id("aa"), fixture_id("ab"),
                     "same");
        write_layers(*state, "graphroot/overlay-layers/volatile-layers.json", fixture_id("ab"),
                     fixture_id("ac"), "same");
        snapshot = snapshot_of(*state);

        while ((layer = cstorage_snapshot_next_layer(snapshot, layer)))
                n++;
        assert_int_equal(n, 4); /* what the second record of ab refers to is in use in the other mode */
        assert_ok(cstorage_snapshot_find_layer(snapshot, fixture_id("ab"), &layer));
        assert_int_equal(cstorage_layer_get_location(layer), CSTORAGE_LOCATION_STABLE);
        assert_ok(cstorage_snapshot_find_layer(snapshot, "same", &layer));
        assert_string_equal(cstorage_layer_get_id(layer), fixture_id("aa"));
}

static void what_one_file_has_twice_is_there_once(void **state) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = NULL;
        const struct cstorage_layer *layer;

        write_layers(*state, "graphroot/overlay-layers/layers.json", fixture_id("aa"), fixture_id("aa"), "x");
        snapshot = snapshot_of(*state);
        layer = cstorage_snapshot_next_layer(snapshot, NULL);
        assert_non_null(layer);
        assert_null(cstorage_snapshot_next_layer(snapshot, layer));
}

static void a_snapshot_knows_when_it_is_stale(void **state) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = snapshot_of(*state);

        assert_int_equal(cstorage_snapshot_is_stale(snapshot, NULL), 0);
        fixture_write(*state, "graphroot/overlay-layers/layers.lock", "token of another writer");
        assert_int_equal(cstorage_snapshot_is_stale(snapshot, NULL), 1);

        cstorage_snapshot_unref(snapshot);
        snapshot = snapshot_of(*state);
        assert_int_equal(cstorage_snapshot_is_stale(snapshot, NULL), 0);
        fixture_write(*state, "runroot/overlay-containers/volatile-containers.json", "[]");
        assert_int_equal(cstorage_snapshot_is_stale(snapshot, NULL), 1);
}

static void an_image_store_that_is_not_there_is_unknown(void **state) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = NULL;
        struct fixture *f = *state;

        assert_ok(cstorage_config_set_imagestore(f->config, "/nonexistent/images"));
        snapshot = snapshot_of(f);
        assert_int_equal(state_of(snapshot, CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_IMAGESTORE),
                         CSTORAGE_RECORD_FILE_UNREADABLE);
}

static void a_graphroot_without_a_store_is_no_store(void **state) {
        struct fixture *f = *state;
        struct cstorage_store *store = NULL;
        struct cstorage_error error = {0};

        assert_ok(cstorage_config_set_driver(f->config, "vfs"));
        assert_int_equal(cstorage_store_open(f->config, &store, &error), -ENOENT);
        assert_ok(cstorage_config_set_driver(f->config, "zfs"));
        assert_int_equal(cstorage_store_open(f->config, &store, &error), -EOPNOTSUPP);
        assert_non_null(strstr(error.text, "zfs"));
        assert_ok(cstorage_config_set_driver(f->config, NULL));
        assert_ok(cstorage_store_open(f->config, &store, &error));
        assert_string_equal(cstorage_store_get_driver(store), "overlay");
        cstorage_store_unref(store);
        assert_ok(cstorage_config_set_graphroot(f->config, "/nonexistent"));
        store = NULL;
        assert_int_equal(cstorage_store_open(f->config, &store, &error), -ENOENT);
        assert_null(store);
}

static void a_store_closes_what_it_opened_and_nothing_else(void **state) {
        struct fixture *f = *state;
        _cleanup_free_ char *option = NULL;
        int saved = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);

        assert_true(asprintf(&option, "overlay.imagestore=%s/additional", f->top) > 0);
        fixture_mkdir(f, "additional");
        assert_ok(cstorage_config_add_option(f->config, option));
        assert_true(dup2(f->fd, STDIN_FILENO) == STDIN_FILENO);
        cstorage_store_unref(fixture_open(f));
        assert_ok(fcntl(STDIN_FILENO, F_GETFD));
        if (saved >= 0)
                assert_ok(dup2(saved, STDIN_FILENO));
        close_fd(saved);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
        const struct CMUnitTest tests[] = {
                CASE(an_empty_list_is_an_empty_store),
                CASE(damage_is_a_fact_and_names_the_file),
                CASE(records_of_both_modes_are_there_with_their_location),
                CASE(the_first_record_of_an_id_is_found_and_the_last_holder_of_a_name),
                CASE(what_one_file_has_twice_is_there_once),
                CASE(a_snapshot_knows_when_it_is_stale),
                CASE(an_image_store_that_is_not_there_is_unknown),
                CASE(a_graphroot_without_a_store_is_no_store),
                CASE(a_store_closes_what_it_opened_and_nothing_else),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
