/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "snapshot/change.h"
#include "snapshot/index.h"
#include "unit.h"

#define TIME "\"created\":\"2026-11-23T18:40:41.703211868Z\""

/* A record file of layers "<digits>0000...", named like their digits. */
static void write_layers(struct fixture *f, const char *path, const char *const *digits) {
        char text[4096] = "[";

        for (; *digits; digits++)
                (void) snprintf(text + strlen(text), sizeof(text) - strlen(text),
                                "%s{\"id\":\"%s\",\"names\":[\"%s\"]," TIME "}", text[1] ? "," : "",
                                fixture_id(*digits), *digits);
        strcat(text, "]");
        fixture_write(f, path, text);
}

static struct record_buffer *one_layer(const char *digits, const char *name) {
        struct record_buffer *record_buffer = NULL;
        char *text;
        int n;

        n = asprintf(&text, "[{\"id\":\"%s\",\"names\":[\"%s\"]," TIME "}]", fixture_id(digits), name);
        assert_true(n > 0);
        assert_ok(record_buffer_new(CSTORAGE_RECORD_FILE_LAYERS, text, (size_t) n, &record_buffer, NULL));
        return record_buffer;
}

static struct cstorage_snapshot *snapshot_of(struct fixture *f) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = NULL;
        struct cstorage_snapshot *snapshot = NULL;
        static const char *const stable[] = {"a", "c", "b", NULL}, *const others[] = {"e", "d", NULL};

        write_layers(f, "graphroot/overlay-layers/layers.json", stable);
        write_layers(f, "graphroot/overlay-layers/volatile-layers.json", others);
        store = fixture_open(f);
        assert_ok(cstorage_snapshot_new(store, &snapshot, NULL));
        return snapshot;
}

/* The first digit of each layer in load order. */
static const char *order(const struct cstorage_snapshot *snapshot) {
        static char digits[64];
        const struct cstorage_layer *layer = NULL;
        size_t n = 0;

        while ((layer = cstorage_snapshot_next_layer(snapshot, layer)))
                digits[n++] = *cstorage_layer_get_id(layer);
        digits[n] = '\0';
        return digits;
}

/* Each layer of the list is found by its id, and by the start of it. */
static void assert_found(const struct cstorage_snapshot *snapshot, const char *digits) {
        for (; *digits; digits++) {
                char prefix[] = {*digits, '0', '0', '\0'};
                const struct cstorage_layer *layer = NULL, *again = NULL;

                assert_ok(cstorage_snapshot_find_layer(snapshot, fixture_id(prefix), &layer));
                assert_int_equal(*cstorage_layer_get_id(layer), *digits);
                assert_ok(cstorage_snapshot_find_layer(snapshot, prefix, &again));
                assert_ptr_equal(layer, again);
        }
}

static const struct item *find(const struct cstorage_snapshot *snapshot, const char *digits) {
        const struct item *item = snapshot_find_id(snapshot, CSTORAGE_RECORD_FILE_LAYERS, fixture_id(digits));

        assert_non_null(item);
        return item;
}

static void insert(struct cstorage_snapshot *snapshot, size_t file, const char *digits, const char *name) {
        _cleanup_(record_buffer_unrefp) struct record_buffer *record_buffer = one_layer(digits, name);

        assert_ok(snapshot_insert(snapshot, &snapshot->files[file], record_buffer));
}

#define STABLE   0
#define VOLATILE 1 /* no image store here: the first two of own_files that exist */

static void what_is_inserted_is_the_last_of_its_file(void **state) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = snapshot_of(*state);

        assert_string_equal(order(snapshot), "acbed");
        insert(snapshot, STABLE, "f", "f");
        insert(snapshot, VOLATILE, "1", "1");
        insert(snapshot, STABLE, "2", "2");
        assert_string_equal(order(snapshot), "acbf2ed1");
        assert_found(snapshot, "acbf2ed1");
        assert_int_equal(cstorage_record_file_get_n_records(&snapshot->files[STABLE]), 5);
        assert_int_equal(cstorage_record_file_get_n_records(&snapshot->files[VOLATILE]), 3);
}

static void what_is_removed_is_not_found_any_more(void **state) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = snapshot_of(*state);
        const struct cstorage_layer *layer;

        insert(snapshot, STABLE, "f", "f");
        assert_ok(snapshot_remove(snapshot, find(snapshot, "c")));
        assert_ok(snapshot_remove(snapshot, find(snapshot, "f")));
        assert_ok(snapshot_remove(snapshot, find(snapshot, "d")));
        assert_string_equal(order(snapshot), "abe");
        assert_found(snapshot, "abe");
        assert_int_equal(cstorage_snapshot_find_layer(snapshot, fixture_id("c"), &layer), -ENOENT);
        assert_int_equal(cstorage_record_file_get_n_records(&snapshot->files[STABLE]), 2);
}

static void a_replaced_record_keeps_its_place(void **state) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = snapshot_of(*state);
        _cleanup_(record_buffer_unrefp) struct record_buffer *first = one_layer("c", "x"),
                                                             *second = one_layer("c", "y");
        const struct cstorage_layer *layer = NULL;

        assert_ok(snapshot_replace(snapshot, find(snapshot, "c"), first));
        assert_ok(snapshot_replace(snapshot, find(snapshot, "c"), second));
        assert_string_equal(order(snapshot), "acbed");
        assert_found(snapshot, "acbed");
        assert_ok(cstorage_snapshot_find_layer(snapshot, "y", &layer));
        assert_string_equal(cstorage_layer_get_id(layer), fixture_id("c"));
        assert_int_equal(cstorage_snapshot_find_layer(snapshot, "x", &layer), -ENOENT);
}

/* As images may. */
static void equal_ids_stay_in_load_order(void **state) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = snapshot_of(*state);

        insert(snapshot, VOLATILE, "a", "second");
        insert(snapshot, VOLATILE, "a", "third");
        assert_ptr_equal(find(snapshot, "a")->file, &snapshot->files[STABLE]);
        assert_ok(snapshot_remove(snapshot, find(snapshot, "a")));
        assert_ptr_equal(find(snapshot, "a")->file, &snapshot->files[VOLATILE]);
        assert_string_equal(((const struct layer *) find(snapshot, "a")->record)->names.items[0], "second");
        assert_ok(snapshot_remove(snapshot, find(snapshot, "a")));
        assert_string_equal(((const struct layer *) find(snapshot, "a")->record)->names.items[0], "third");
}

static void a_derived_one_changes_alone_and_outlives_the_first(void **state) {
        struct cstorage_snapshot *snapshot = snapshot_of(*state);
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *derived = NULL, *again = NULL;

        insert(snapshot, STABLE, "f", "f");
        assert_ok(snapshot_derive(snapshot, &derived));
        insert(derived, STABLE, "1", "1");
        assert_ok(snapshot_remove(derived, find(derived, "a")));
        assert_string_equal(order(snapshot), "acbfed");
        assert_ok(snapshot_derive(derived, &again));
        cstorage_snapshot_unref(snapshot);
        assert_string_equal(order(derived), "cbf1ed");
        assert_found(again, "cbf1ed");
}

static void one_kind_alone_can_be_derived(void **state) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = snapshot_of(*state);
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *layers = NULL, *images = NULL;

        assert_ok(snapshot_derive_kind(snapshot, CSTORAGE_RECORD_FILE_LAYERS, &layers));
        insert(layers, STABLE, "1", "1");
        assert_string_equal(order(layers), "acb1ed");
        assert_ok(snapshot_remove(layers, &layers->kinds[CSTORAGE_RECORD_FILE_LAYERS].items[1]));
        assert_string_equal(order(layers), "ab1ed");
        assert_ok(snapshot_derive_kind(snapshot, CSTORAGE_RECORD_FILE_IMAGES, &images));
        assert_string_equal(order(images), "");
}

static void what_is_taken_back_is_as_before(void **state) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = snapshot_of(*state);
        _cleanup_(record_buffer_unrefp) struct record_buffer *other = one_layer("c", "x"),
                                                             *more = one_layer("f", "y");
        const struct cstorage_layer *layer = NULL;

        insert(snapshot, STABLE, "f", "f");
        journal_begin(snapshot);
        insert(snapshot, STABLE, "1", "1");
        assert_ok(snapshot_replace(snapshot, find(snapshot, "c"), other));
        assert_ok(snapshot_replace(snapshot, find(snapshot, "f"), more));
        assert_ok(snapshot_remove(snapshot, find(snapshot, "c")));
        assert_ok(snapshot_remove(snapshot, find(snapshot, "a")));
        assert_ok(snapshot_remove(snapshot, find(snapshot, "f")));
        insert(snapshot, VOLATILE, "a", "a");
        assert_string_equal(order(snapshot), "b1eda");
        journal_revert(snapshot);
        assert_string_equal(order(snapshot), "acbfed");
        assert_found(snapshot, "acbfed");
        assert_ok(cstorage_snapshot_find_layer(snapshot, "f", &layer));
        assert_int_equal(cstorage_snapshot_find_layer(snapshot, "x", &layer), -ENOENT);
        assert_int_equal(cstorage_record_file_get_n_records(&snapshot->files[STABLE]), 4);

        journal_begin(snapshot);
        assert_ok(snapshot_remove(snapshot, find(snapshot, "f")));
        journal_keep(snapshot);
        assert_string_equal(order(snapshot), "acbed");
}

static void only_files_that_changed_are_read_again(void **state) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *references = snapshot_of(*state);
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = NULL, *same = NULL;
        static const char *const changed[] = {"9", NULL};

        insert(references, STABLE, "f", "f");
        assert_ok(snapshot_read(references->store, references, NULL, &same, NULL));
        assert_string_equal(order(same), "acbfed");

        write_layers(*state, "graphroot/overlay-layers/volatile-layers.json", changed);
        assert_ok(snapshot_read(references->store, references, NULL, &snapshot, NULL));
        assert_string_equal(order(snapshot), "acbf9");
        assert_found(snapshot, "acbf9");
        assert_ptr_equal(snapshot->files[STABLE].record_buffer, references->files[STABLE].record_buffer);
}

static void a_token_alone_has_its_files_read_again(void **state) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *references = snapshot_of(*state);
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = NULL;

        fixture_write(*state, "graphroot/overlay-layers/layers.lock", "another");
        assert_ok(snapshot_read(references->store, references, NULL, &snapshot, NULL));
        assert_string_equal(order(snapshot), "acbed");
        assert_ptr_not_equal(snapshot->files[STABLE].record_buffer, references->files[STABLE].record_buffer);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
        const struct CMUnitTest tests[] = {
                CASE(what_is_inserted_is_the_last_of_its_file),
                CASE(what_is_removed_is_not_found_any_more),
                CASE(a_replaced_record_keeps_its_place),
                CASE(equal_ids_stay_in_load_order),
                CASE(a_derived_one_changes_alone_and_outlives_the_first),
                CASE(one_kind_alone_can_be_derived),
                CASE(what_is_taken_back_is_as_before),
                CASE(only_files_that_changed_are_read_again),
                CASE(a_token_alone_has_its_files_read_again),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
