/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "edit.h"

/* -------------------------------------------------------------------------------------------- making */

static void what_is_made_has_its_record_and_directory(void **state) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = NULL;
        const struct cstorage_container *container = NULL;
        const struct cstorage_layer *layer = NULL;
        const struct cstorage_image *image = NULL;
        struct fixture *f = *state;

        fill(f);
        snapshot = records(f);
        assert_ok(cstorage_snapshot_find_layer(snapshot, "top", &layer));
        assert_string_equal(cstorage_layer_get_parent_id(layer), fixture_id("1a"));
        assert_false(cstorage_layer_is_incomplete(layer));
        assert_null(cstorage_layer_get_flag(layer, 0, NULL));
        assert_ok(cstorage_snapshot_find_image(snapshot, "image", &image));
        assert_string_equal(cstorage_image_get_layer_id(image), fixture_id("1b"));
        assert_ok(cstorage_snapshot_find_container(snapshot, "box", &container));
        assert_string_equal(cstorage_container_get_image_id(container), fixture_id("2a"));
        assert_true(fixture_exists(f, layer_path(fixture_id("1a"), "/diff")));
        assert_true(has(f, layer_path(fixture_id("1b"), "/lower-layers"), fixture_id("1a")));
        assert_ok(cstorage_snapshot_find_layer(snapshot, cstorage_container_get_layer_id(container), &layer));
        assert_string_equal(cstorage_layer_get_parent_id(layer), fixture_id("1b"));
        assert_true(fixture_exists(f, layer_path(cstorage_layer_get_id(layer), "/work")));
}

static void each_record_goes_to_the_file_of_its_kind(void **state) {
        struct fixture *f = *state;
        struct cstorage_txn *txn;

        fill(f);
        txn = begin(f);
        assert_ok(try_container(txn, fixture_id("3b"), "brief", NULL, CSTORAGE_CONTAINER_VOLATILE, NULL));
        commit(txn);

        assert_true(has(f, "graphroot/overlay-layers/layers.json", fixture_id("1a")));
        assert_true(has(f, "graphroot/overlay-images/images.json", fixture_id("2a")));
        assert_true(has(f,
                        is_transient() ? volatile_file("containers")
                                       : "graphroot/overlay-containers/containers.json",
                        fixture_id("3a")));
        assert_true(has(f, volatile_file("containers"), "\"Volatile\":true"));
        assert_true(has(f, volatile_file("containers"), fixture_id("3b")));
        assert_true(has(f, volatile_file("layers"), "\"created\""));
        assert_int_equal(fixture_exists(f, "graphroot/overlay-containers/containers.json"), !is_transient());
        assert_int_equal(fixture_exists(f, "runroot/overlay-layers/volatile-layers.json"), is_transient());
}

static void nothing_happens_before_the_commit(void **state) {
        struct fixture *f = *state;
        struct cstorage_txn *txn = begin(f);

        add_layer(txn, fixture_id("1a"), "base", NULL);
        assert_ok(try_container(txn, fixture_id("3a"), "box", NULL, 0, NULL));
        cstorage_txn_free(txn);
        assert_string_equal(read_text(f, "graphroot/overlay-layers/layers.json"), "[]");
        assert_false(fixture_exists(f, layer_path(fixture_id("1a"), "")));
        assert_false(fixture_exists(f, volatile_file("containers")));
}

static void only_files_that_changed_are_written(void **state) {
        struct fixture *f = *state;
        struct cstorage_txn *txn;

        fixture_write(f, "graphroot/overlay-layers/layers.json", " [ ] ");
        fixture_write(f, "graphroot/overlay-images/images.json", " [] ");
        txn = begin(f);
        assert_ok(try_image(txn, fixture_id("2a"), "image", NULL, NULL));
        commit(txn);
        assert_string_equal(read_text(f, "graphroot/overlay-layers/layers.json"), " [ ] ");
        assert_string_equal(read_text(f, "graphroot/overlay-layers/layers.lock"), "");
        assert_true(has(f, "graphroot/overlay-images/images.json", fixture_id("2a")));
        assert_true(has_token(f, "graphroot/overlay-images/images.lock"));
}

/* A process in the other mode reads other files. */
static void volatile_containers_have_a_token_of_their_own(void **state) {
        const char *const locks[] = {"graphroot/overlay-containers/containers.lock",
                                     "runroot/overlay-containers/containers.lock"};
        struct fixture *f = *state;
        struct cstorage_txn *txn;

        txn = begin(f);
        assert_ok(try_container(txn, fixture_id("3b"), "brief", NULL, CSTORAGE_CONTAINER_VOLATILE, NULL));
        commit(txn);
        assert_true(has_token(f, locks[is_transient()]));
        assert_string_equal(read_text(f, locks[!is_transient()]), "");
}

static void stable_containers_have_the_token_of_both_modes(void **state) {
        struct fixture *f = *state;
        struct cstorage_txn *txn;

        fixture_write(f, "graphroot/overlay-containers/containers.json",
                      "[{\"id\":\"box\",\"image\":\"\",\"layer\":\"\","
                      "\"created\":\"2020-01-01T00:00:00Z\"}]");
        fixture_write(f, "runroot/overlay-containers/containers.lock", "");
        txn = begin(f);
        assert_ok(cstorage_txn_set_metadata(txn, CONTAINER, "box", "m", NULL));
        commit(txn);
        assert_true(has_token(f, "graphroot/overlay-containers/containers.lock"));
        assert_true(has_token(f, "runroot/overlay-containers/containers.lock"));
}

static void other_records_stay_byte_for_byte(void **state) {
        static const char *const other = "{ \"id\": \"other\",\"x-unknown\":[1e30, 1.50],"
                                         "\"flags\":{\"n\":12345678901234567890},"
                                         "\"created\":\"2020-01-01T00:00:00.100+02:00\"}";
        struct fixture *f = *state;
        struct cstorage_txn *txn;
        char text[512];

        (void) snprintf(text, sizeof(text), "[%s]", other);
        fixture_write(f, "graphroot/overlay-images/images.json", text);
        txn = begin(f);
        assert_ok(try_image(txn, fixture_id("2a"), "image", NULL, NULL));
        commit(txn);
        assert_true(has(f, "graphroot/overlay-images/images.json", other));

        txn = begin(f);
        assert_ok(cstorage_txn_set_metadata(txn, IMAGE, "other", "m", NULL));
        commit(txn);
        assert_true(has(f, "graphroot/overlay-images/images.json", "\"x-unknown\":[1e30, 1.50]"));
        assert_true(has(f, "graphroot/overlay-images/images.json", "12345678901234567890"));
}

static void ids_are_made_up_where_none_is_asked_for(void **state) {
        struct cstorage_txn *txn = begin(*state);
        const char *first = NULL, *second = NULL;

        assert_ok(cstorage_txn_create_layer(txn, NULL, &first, NULL));
        assert_ok(cstorage_txn_create_container(txn, NULL, &second, NULL));
        assert_int_equal(strlen(first), 64);
        assert_int_equal(strlen(second), 64);
        assert_string_not_equal(first, second);
        commit(txn);
}

/* --------------------------------------------------------------------------------------- knowing */

static void after_a_commit_nothing_is_read_again(void **state) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *references = NULL, *again = NULL;
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = fixture_open(*state);
        struct cstorage_txn_options options = {.size = sizeof(options)};
        _cleanup_(cstorage_txn_freep) struct cstorage_txn *first = NULL, *second = NULL;
        _cleanup_(cstorage_trash_freep) struct cstorage_trash *trash = NULL, *more = NULL;

        assert_ok(cstorage_txn_begin(store, NULL, &first, NULL));
        assert_ok(try_container(first, fixture_id("3a"), "box", NULL, 0, NULL));
        assert_ok(cstorage_txn_commit(first, &trash, NULL));
        assert_ok(cstorage_txn_get_snapshot(first, &references, NULL));
        assert_int_equal(cstorage_snapshot_is_stale(references, NULL), 0);

        options.references = references;
        assert_ok(cstorage_txn_begin(store, &options, &second, NULL));
        assert_int_equal(cstorage_txn_is_current(second, references), 1);
        assert_ok(cstorage_txn_delete(second, CONTAINER, "box", 0, NULL));
        assert_ok(cstorage_txn_commit(second, &more, NULL));
        assert_ok(cstorage_trash_empty(more, NULL));
        assert_ok(cstorage_txn_get_snapshot(second, &again, NULL));
        assert_null(cstorage_snapshot_next_container(again, NULL));
        assert_non_null(cstorage_snapshot_next_container(references, NULL));
        assert_int_equal(cstorage_snapshot_is_stale(references, NULL), 1);
        assert_int_equal(cstorage_snapshot_is_stale(again, NULL), 0);
}

static void the_home_of_an_image_store_is_nobody_elses(void **state) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = NULL;
        _cleanup_free_ char *images = NULL, *home = NULL;
        struct fixture *f = *state;
        struct stat st;

        assert_true(asprintf(&images, "%s/new/images", f->top) > 0);
        assert_true(asprintf(&home, "%s/overlay", images) > 0);
        assert_ok(cstorage_config_set_imagestore(f->config, images));
        assert_ok(cstorage_store_create(f->config, &store, NULL));
        assert_int_equal(stat(home, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0700);
}

static void a_store_is_made_from_nothing(void **state) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = NULL;
        _cleanup_free_ char *graphroot = NULL, *runroot = NULL;
        struct fixture *f = *state;
        struct cstorage_txn *txn;

        assert_true(asprintf(&graphroot, "%s/new/graph", f->top) > 0);
        assert_true(asprintf(&runroot, "%s/new/run", f->top) > 0);
        assert_ok(cstorage_config_set_graphroot(f->config, graphroot));
        assert_ok(cstorage_config_set_runroot(f->config, runroot));
        assert_int_equal(cstorage_store_open(f->config, &store, NULL), -ENOENT);
        assert_ok(cstorage_store_create(f->config, &store, NULL));
        txn = begin(f);
        assert_ok(try_container(txn, NULL, "box", NULL, 0, NULL));
        commit(txn);
        assert_true(fixture_exists(f, is_transient() ? "new/run/overlay-containers/volatile-containers.json"
                                                     : "new/graph/overlay-containers/containers.json"));
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
        const struct CMUnitTest tests[] = {
                CASE(what_is_made_has_its_record_and_directory),
                CASE(each_record_goes_to_the_file_of_its_kind),
                CASE(nothing_happens_before_the_commit),
                CASE(only_files_that_changed_are_written),
                CASE(volatile_containers_have_a_token_of_their_own),
                CASE(stable_containers_have_the_token_of_both_modes),
                CASE(other_records_stay_byte_for_byte),
                CASE(ids_are_made_up_where_none_is_asked_for),
                CASE(after_a_commit_nothing_is_read_again),
                CASE(a_store_is_made_from_nothing),
                CASE(the_home_of_an_image_store_is_nobody_elses),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
