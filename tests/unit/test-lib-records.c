/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Each member of a record through its getter, and records found in several stores at once. */

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "fixture.h"
#include "unit.h"

DEFINE_CLEANUP(struct cstorage_store *, cstorage_store_unref);
DEFINE_CLEANUP(struct cstorage_snapshot *, cstorage_snapshot_unref);

#define A    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C    "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
#define D    "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
#define TIME "2026-11-23T18:40:41.703211868Z"

static struct cstorage_snapshot *snapshot_of(struct fixture *f) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = fixture_open(f);
        struct cstorage_snapshot *snapshot;

        assert_ok(cstorage_snapshot_new(store, &snapshot, NULL));
        return snapshot;
}

/* -------------------------------------------------------------------------------------------- members */

static const char full_layer[] =
        "{\"id\":\"" A "\",\"names\":[\"one\",\"two\"],\"parent\":\"" B "\",\"metadata\":\"meta\\u003cdata\","
        "\"mountlabel\":\"system_u:object_r\",\"created\":\"" TIME "\","
        "\"compressed-diff-digest\":\"sha256:" C "\",\"compressed-size\":9007199254740993,"
        "\"diff-digest\":\"sha256:" D "\",\"toc-digest\":\"sha256:" B "\",\"diff-size\":-1,\"compression\":4,"
        "\"uidset\":[0,4294967295],\"gidset\":[5],"
        "\"flags\":{\"incomplete\":\"yes\",\"list\":[1,{\"a\":null}],\"n\":12345678901234567890,\"no\":false}"
        ","
        "\"uidmap\":[{\"container_id\":0,\"host_id\":100000,\"size\":65536}],"
        "\"gidmap\":[{\"container_id\":1,\"host_id\":2,\"size\":3}],"
        "\"big-data-names\":[\"zstd-chunked-manifest\"],\"later\":{\"x\":[1.50]}}";

static void assert_flag(const char *name, const char **value, const char *wanted_name,
                        const char *wanted_value) {
        assert_string_equal(name, wanted_name);
        assert_string_equal(*value, wanted_value);
}

static void assert_id_map(const struct cstorage_id_map *map, uint32_t container, uint32_t host,
                          uint32_t size) {
        assert_int_equal(map->container_id, container);
        assert_int_equal(map->host_id, host);
        assert_int_equal(map->size, size);
}

static void check_layer_lists(const struct cstorage_layer *layer) {
        struct cstorage_id_map map;
        const char *value = NULL;
        uint32_t id;

        assert_true(cstorage_layer_get_uid(layer, 1, &id));
        assert_int_equal(id, UINT32_MAX);
        assert_false(cstorage_layer_get_uid(layer, 2, &id));
        assert_true(cstorage_layer_get_gid(layer, 0, &id));
        assert_int_equal(id, 5);
        assert_false(cstorage_layer_get_gid(layer, 1, &id));

        assert_flag(cstorage_layer_get_flag(layer, 0, &value), &value, "incomplete", "\"yes\"");
        assert_flag(cstorage_layer_get_flag(layer, 1, &value), &value, "list", "[1,{\"a\":null}]");
        assert_flag(cstorage_layer_get_flag(layer, 2, &value), &value, "n", "12345678901234567890");
        assert_flag(cstorage_layer_get_flag(layer, 3, &value), &value, "no", "false");
        assert_string_equal(cstorage_layer_get_flag(layer, 3, NULL), "no");
        assert_null(cstorage_layer_get_flag(layer, 4, &value));

        assert_true(cstorage_layer_get_uid_map(layer, 0, &map));
        assert_id_map(&map, 0, 100000, 65536);
        assert_false(cstorage_layer_get_uid_map(layer, 1, &map));
        assert_true(cstorage_layer_get_gid_map(layer, 0, &map));
        assert_id_map(&map, 1, 2, 3);
        assert_false(cstorage_layer_get_gid_map(layer, 1, &map));
        assert_string_equal(cstorage_layer_get_big_data_name(layer, 0), "zstd-chunked-manifest");
        assert_null(cstorage_layer_get_big_data_name(layer, 1));
}

static void each_member_of_a_layer_has_its_getter(void **state) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = NULL;
        const struct cstorage_layer *layer;
        char text[4096];
        size_t length;

        (void) snprintf(text, sizeof(text), "[%s]\n", full_layer);
        fixture_write(*state, "graphroot/overlay-layers/layers.json", text);
        snapshot = snapshot_of(*state);
        layer = cstorage_snapshot_next_layer(snapshot, NULL);
        assert_non_null(layer);

        assert_string_equal(cstorage_layer_get_id(layer), A);
        assert_string_equal(cstorage_layer_get_name(layer, 0), "one");
        assert_string_equal(cstorage_layer_get_name(layer, 1), "two");
        assert_null(cstorage_layer_get_name(layer, 2));
        assert_string_equal(cstorage_layer_get_parent_id(layer), B);
        assert_null(cstorage_snapshot_get_parent(snapshot, layer));
        assert_string_equal(cstorage_layer_get_metadata(layer), "meta<data");
        assert_string_equal(cstorage_layer_get_mount_label(layer), "system_u:object_r");
        assert_string_equal(cstorage_layer_get_created(layer), TIME);
        assert_string_equal(cstorage_layer_get_compressed_digest(layer), "sha256:" C);
        assert_true(cstorage_layer_get_compressed_size(layer) == INT64_C(9007199254740993));
        assert_string_equal(cstorage_layer_get_diff_digest(layer), "sha256:" D);
        assert_string_equal(cstorage_layer_get_toc_digest(layer), "sha256:" B);
        assert_true(cstorage_layer_get_diff_size(layer) == -1);
        assert_int_equal(cstorage_layer_get_compression(layer), 4);
        check_layer_lists(layer);
        assert_int_equal(cstorage_layer_get_location(layer), CSTORAGE_LOCATION_STABLE);
        assert_false(cstorage_layer_is_incomplete(layer)); /* only the value true says so (layers.go) */
        assert_memory_equal(cstorage_layer_get_json(layer, &length), full_layer, strlen(full_layer));
        assert_int_equal(length, strlen(full_layer));
}

static void a_member_that_is_not_there_is_empty(void **state) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = NULL;
        const struct cstorage_layer *layer;
        struct cstorage_id_map map;
        uint32_t id;

        fixture_write(*state, "graphroot/overlay-layers/layers.json",
                      "[{\"id\":\"" A "\",\"created\":\"" TIME "\",\"flags\":{\"incomplete\":true}}]");
        snapshot = snapshot_of(*state);
        layer = cstorage_snapshot_next_layer(snapshot, NULL);
        assert_null(cstorage_layer_get_name(layer, 0));
        assert_string_equal(cstorage_layer_get_parent_id(layer), "");
        assert_string_equal(cstorage_layer_get_metadata(layer), "");
        assert_string_equal(cstorage_layer_get_mount_label(layer), "");
        assert_string_equal(cstorage_layer_get_diff_digest(layer), "");
        assert_true(cstorage_layer_get_diff_size(layer) == 0);
        assert_int_equal(cstorage_layer_get_compression(layer), 0);
        assert_false(cstorage_layer_get_uid(layer, 0, &id));
        assert_false(cstorage_layer_get_uid_map(layer, 0, &map));
        assert_true(cstorage_layer_is_incomplete(layer));
        assert_null(cstorage_snapshot_get_parent(snapshot, layer));
}

static const char full_image[] =
        "{\"id\":\"" A "\",\"digest\":\"sha256:" B "\",\"names\":[\"localhost/x:latest\"],"
        "\"names-history\":[\"newest\",\"older\"],\"layer\":\"" C "\",\"mapped-layers\":[\"" D "\"],"
        "\"metadata\":\"{}\",\"big-data-names\":[\"manifest\",\"sha256:" A "\"],"
        "\"big-data-sizes\":{\"manifest\":2,\"sha256:" A "\":17},"
        "\"big-data-digests\":{\"manifest\":\"sha256:" D "\"},\"created\":\"1969-01-01T00:00:00+02:00\","
        "\"flags\":{\"f\":{}}}";

static void each_member_of_an_image_has_its_getter(void **state) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = NULL;
        const struct cstorage_image *image;
        const char *digest, *value = NULL;
        char text[4096];
        int64_t size;
        size_t length;

        (void) snprintf(text, sizeof(text), "[%s]", full_image);
        fixture_write(*state, "graphroot/overlay-images/images.json", text);
        snapshot = snapshot_of(*state);
        image = cstorage_snapshot_next_image(snapshot, NULL);
        assert_non_null(image);
        assert_null(cstorage_snapshot_next_image(snapshot, image));

        assert_string_equal(cstorage_image_get_id(image), A);
        assert_string_equal(cstorage_image_get_digest(image), "sha256:" B);
        assert_string_equal(cstorage_image_get_name(image, 0), "localhost/x:latest");
        assert_null(cstorage_image_get_name(image, 1));
        assert_string_equal(cstorage_image_get_names_history(image, 1), "older");
        assert_null(cstorage_image_get_names_history(image, 2));
        assert_string_equal(cstorage_image_get_layer_id(image), C);
        assert_string_equal(cstorage_image_get_mapped_layer_id(image, 0), D);
        assert_null(cstorage_image_get_mapped_layer_id(image, 1));
        assert_string_equal(cstorage_image_get_metadata(image), "{}");
        assert_string_equal(cstorage_image_get_big_data(image, 0, &size, &digest), "manifest");
        assert_true(size == 2);
        assert_string_equal(digest, "sha256:" D);
        assert_string_equal(cstorage_image_get_big_data(image, 1, &size, &digest), "sha256:" A);
        assert_true(size == 17);
        assert_string_equal(digest, "");
        assert_null(cstorage_image_get_big_data(image, 2, NULL, NULL));
        assert_string_equal(cstorage_image_get_created(image), "1969-01-01T00:00:00+02:00");
        assert_flag(cstorage_image_get_flag(image, 0, &value), &value, "f", "{}");
        assert_null(cstorage_image_get_flag(image, 1, &value));
        assert_int_equal(cstorage_image_get_location(image), CSTORAGE_LOCATION_STABLE);
        assert_memory_equal(cstorage_image_get_json(image, &length), full_image, strlen(full_image));
        assert_int_equal(length, strlen(full_image));

        assert_ptr_equal(cstorage_snapshot_next_image_by_digest(snapshot, "sha256:" B, NULL), image);
        assert_ptr_equal(cstorage_snapshot_next_image_by_digest(snapshot, "sha256:" D, NULL), image);
        assert_null(cstorage_snapshot_next_image_by_digest(snapshot, "sha256:" D, image));
        assert_null(cstorage_snapshot_next_image_by_digest(snapshot, "sha256:" C, NULL));
}

static const char full_container[] =
        "{\"id\":\"" A "\",\"names\":[\"name\"],\"image\":\"" B "\",\"layer\":\"" C "\",\"metadata\":\"m\","
        "\"big-data-names\":[\"config\"],\"big-data-sizes\":{\"config\":3},"
        "\"big-data-digests\":{\"config\":\"sha256:" D "\"},\"created\":\"" TIME "\","
        "\"uidmap\":[{\"container_id\":0,\"host_id\":1,\"size\":2}],"
        "\"gidmap\":[{\"container_id\":3,\"host_id\":4,\"size\":5}],"
        "\"flags\":{\"MountLabel\":\"\",\"MountOpts\":[\"a\",\"b\"],\"Volatile\":true}}";

static void each_member_of_a_container_has_its_getter(void **state) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = NULL;
        const struct cstorage_container *container;
        const char *digest, *value = NULL;
        struct cstorage_id_map map;
        char text[4096];
        int64_t size;
        size_t length;

        (void) snprintf(text, sizeof(text), "[%s]", full_container);
        fixture_write(*state, "runroot/overlay-containers/volatile-containers.json", text);
        snapshot = snapshot_of(*state);
        container = cstorage_snapshot_next_container(snapshot, NULL);
        assert_non_null(container);

        assert_string_equal(cstorage_container_get_id(container), A);
        assert_string_equal(cstorage_container_get_name(container, 0), "name");
        assert_null(cstorage_container_get_name(container, 1));
        assert_string_equal(cstorage_container_get_image_id(container), B);
        assert_string_equal(cstorage_container_get_layer_id(container), C);
        assert_string_equal(cstorage_container_get_metadata(container), "m");
        assert_string_equal(cstorage_container_get_big_data(container, 0, &size, &digest), "config");
        assert_true(size == 3);
        assert_string_equal(digest, "sha256:" D);
        assert_null(cstorage_container_get_big_data(container, 1, &size, &digest));
        assert_string_equal(cstorage_container_get_created(container), TIME);
        assert_true(cstorage_container_get_uid_map(container, 0, &map));
        assert_id_map(&map, 0, 1, 2);
        assert_true(cstorage_container_get_gid_map(container, 0, &map));
        assert_id_map(&map, 3, 4, 5);
        assert_false(cstorage_container_get_gid_map(container, 1, &map));
        assert_flag(cstorage_container_get_flag(container, 0, &value), &value, "MountLabel", "\"\"");
        assert_flag(cstorage_container_get_flag(container, 1, &value), &value, "MountOpts", "[\"a\",\"b\"]");
        assert_flag(cstorage_container_get_flag(container, 2, &value), &value, "Volatile", "true");
        assert_int_equal(cstorage_container_get_location(container), CSTORAGE_LOCATION_VOLATILE_RUNROOT);
        assert_memory_equal(cstorage_container_get_json(container, &length), full_container,
                            strlen(full_container));
        assert_int_equal(length, strlen(full_container));

        container = NULL;
        assert_ok(cstorage_snapshot_find_container(snapshot, C, &container)); /* by its layer */
        assert_string_equal(cstorage_container_get_id(container), A);
}

static void a_mount_has_layer_path_and_count(void **state) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = NULL;
        const struct cstorage_mount *mount;

        fixture_write(*state, "runroot/overlay-layers/mountpoints.json",
                      "[{\"id\":\"" A "\",\"path\":\"/x/merged\",\"count\":2}]");
        snapshot = snapshot_of(*state);
        mount = cstorage_snapshot_next_mount(snapshot, NULL);
        assert_non_null(mount);
        assert_string_equal(cstorage_mount_get_layer_id(mount), A);
        assert_string_equal(cstorage_mount_get_path(mount), "/x/merged");
        assert_true(cstorage_mount_get_count(mount) == 2);
        assert_null(cstorage_snapshot_next_mount(snapshot, mount));
}

/* ------------------------------------------------------------------------------------- several stores */

#define LAYER(id, name, more) "{\"id\":\"" id "\",\"names\":[\"" name "\"],\"created\":\"" TIME "\"" more "}"
#define AA                    "aa" /* how the ids of other stores differ from A in their third digit */

static void add_stores(struct fixture *f) {
        char text[512];

        fixture_mkdir(f, "images/overlay");
        fixture_mkdir(f, "more/overlay");
        (void) snprintf(text, sizeof(text), "%s/images", f->top);
        assert_ok(cstorage_config_set_imagestore(f->config, text));
        (void) snprintf(text, sizeof(text), "additionalimagestore=%s/more", f->top);
        assert_ok(cstorage_config_add_option(f->config, text));
}

static void the_stores_are_asked_one_after_the_other(void **state) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = NULL;
        const struct cstorage_layer *layer = NULL;
        const struct cstorage_image *image = NULL;

        add_stores(*state);
        fixture_write(*state, "graphroot/overlay-layers/layers.json",
                      "[" LAYER(A, "ours", ",\"parent\":\"" B "\"") "]");
        fixture_write(*state, "images/overlay-layers/layers.json", "[" LAYER(B, "below", "") "]");
        fixture_write(*state, "more/overlay-layers/layers.json",
                      "[" LAYER(D, "ours",
                                ",\"diff-digest\":\"sha256:" D
                                "\"") ","
                                      "{\"id\":\"aad"
                                      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\","
                                      "\"created\":\"" TIME "\"}]");
        fixture_write(*state, "more/overlay-layers/volatile-layers.json", "[" LAYER(C, "volatile", "") "]");
        fixture_write(*state, "images/overlay-images/images.json", "[" LAYER(A, "same", "") "]");
        fixture_write(*state, "graphroot/overlay-images/images.json", "[" LAYER(B, "same", "") "]");
        fixture_write(*state, "more/overlay-images/images.json",
                      "[" LAYER(C, "same", "") "," LAYER(A, "x", "") "]");
        snapshot = snapshot_of(*state);

        assert_ok(cstorage_snapshot_find_layer(snapshot, "ours", &layer));
        assert_string_equal(cstorage_layer_get_id(layer), A);
        assert_ok(cstorage_snapshot_find_layer(snapshot, AA, &layer)); /* ours, though another one fits too */
        assert_string_equal(cstorage_layer_get_id(layer), A);
        layer = cstorage_snapshot_get_parent(snapshot, layer);
        assert_non_null(layer);
        assert_int_equal(cstorage_layer_get_location(layer), CSTORAGE_LOCATION_IMAGESTORE);
        assert_ok(cstorage_snapshot_find_layer(snapshot, "volatile", &layer));
        assert_int_equal(cstorage_layer_get_location(layer), CSTORAGE_LOCATION_ADDITIONAL);
        layer = cstorage_snapshot_next_layer_by_digest(snapshot, "sha256:" D, false, NULL);
        assert_non_null(layer);
        assert_string_equal(cstorage_layer_get_id(layer), D);
        assert_null(cstorage_snapshot_next_layer_by_digest(snapshot, "sha256:" D, true, NULL));
        assert_null(cstorage_snapshot_next_layer_by_digest(snapshot, "", false, NULL));

        assert_ok(cstorage_snapshot_find_image(snapshot, "same", &image)); /* the image store is the first */
        assert_string_equal(cstorage_image_get_id(image), A);
        assert_int_equal(cstorage_image_get_location(image), CSTORAGE_LOCATION_IMAGESTORE);
        assert_ok(cstorage_snapshot_find_image(snapshot, "c", &image));
        assert_int_equal(cstorage_image_get_location(image), CSTORAGE_LOCATION_ADDITIONAL);
}

/* Who takes a name from an image of an additional store makes a copy of its record without that name. */
static void a_name_that_was_taken_from_an_image_of_another_store_is_gone(void **state) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = NULL;
        const struct cstorage_image *image = NULL;

        add_stores(*state);
        fixture_write(*state, "images/overlay-images/images.json", "[" LAYER(A, "kept", "") "]");
        fixture_write(*state, "more/overlay-images/images.json",
                      "[" LAYER(A, "taken", "") "," LAYER(B, "other", "") "]");
        snapshot = snapshot_of(*state);

        assert_int_equal(cstorage_snapshot_find_image(snapshot, "taken", &image), -ENOENT);
        assert_null(image);
        assert_ok(cstorage_snapshot_find_image(snapshot, "kept", &image));
        assert_ok(cstorage_snapshot_find_image(snapshot, "other", &image));
        assert_int_equal(cstorage_image_get_location(image), CSTORAGE_LOCATION_ADDITIONAL);
}

static void volatile_layers_of_old_releases_are_in_the_image_store(void **state) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = NULL;
        const struct cstorage_layer *layer;

        add_stores(*state);
        fixture_write(*state, "images/overlay-layers/volatile-layers.json", "[" LAYER(A, "x", "") "]");
        snapshot = snapshot_of(*state);
        layer = cstorage_snapshot_next_layer(snapshot, NULL);
        assert_non_null(layer);
        assert_int_equal(cstorage_layer_get_location(layer), CSTORAGE_LOCATION_VOLATILE);
}

static void a_file_tells_what_it_is(void **state) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = NULL;
        const struct cstorage_record_file *file = NULL;
        unsigned additional = 0;

        add_stores(*state);
        fixture_write(*state, "more/overlay-layers/layers.json", "[" LAYER(A, "x", "") "]");
        snapshot = snapshot_of(*state);
        while ((file = cstorage_snapshot_next_record_file(snapshot, file))) {
                bool there = cstorage_record_file_get_state(file) == CSTORAGE_RECORD_FILE_OK;

                assert_int_equal(cstorage_record_file_get_path(file)[0], '/');
                assert_null(cstorage_record_file_get_problem(file));
                assert_true(there || cstorage_record_file_get_n_records(file) == 0);
                if (cstorage_record_file_get_location(file) != CSTORAGE_LOCATION_ADDITIONAL)
                        continue;
                additional++;
                if (cstorage_record_file_get_kind(file) == CSTORAGE_RECORD_FILE_LAYERS && there)
                        assert_int_equal(cstorage_record_file_get_n_records(file), 1);
        }
        assert_int_equal(additional, 3);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
        const struct CMUnitTest tests[] = {
                CASE(each_member_of_a_layer_has_its_getter),
                CASE(a_member_that_is_not_there_is_empty),
                CASE(each_member_of_an_image_has_its_getter),
                CASE(each_member_of_a_container_has_its_getter),
                CASE(a_mount_has_layer_path_and_count),
                CASE(the_stores_are_asked_one_after_the_other),
                CASE(a_name_that_was_taken_from_an_image_of_another_store_is_gone),
                CASE(volatile_layers_of_old_releases_are_in_the_image_store),
                CASE(a_file_tells_what_it_is),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
