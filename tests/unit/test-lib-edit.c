/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>

#include "edit.h"

static const char *const no_names[] = {NULL};

/* --------------------------------------------------------------------------------------- refusals */

static void names_and_ids_in_use_are_refused(void **state) {
        struct fixture *f = *state;
        struct cstorage_txn *txn;

        fill(f);
        txn = begin(f);
        assert_refused(-EEXIST, "\"box\"", try_container(txn, NULL, "box", NULL, 0, reterr));
        assert_refused(-EEXIST, fixture_id("3a"), try_container(txn, fixture_id("3a"), "b", NULL, 0, reterr));
        assert_refused(-EEXIST, "\"image\"", try_image(txn, NULL, "image", NULL, reterr));
        assert_ok(try_image(txn, NULL, "new", NULL, NULL));
        assert_refused(-EEXIST, "\"new\"", try_image(txn, NULL, "new", NULL, reterr));
        cstorage_txn_free(txn);
}

static void what_is_not_there_is_refused(void **state) {
        struct cstorage_layer_options options = {.size = sizeof(options), .parent = "nobody"};
        struct cstorage_txn *txn = begin(*state);

        assert_refused(-ENOENT, "\"nobody\"", cstorage_txn_create_layer(txn, &options, NULL, reterr));
        assert_refused(-ENOENT, "\"nothing\"", try_image(txn, NULL, "x", "nothing", reterr));
        assert_refused(-ENOENT, "\"nothing\"", try_container(txn, NULL, "x", "nothing", 0, reterr));
        assert_refused(-ENOENT, "\"nobody\"", cstorage_txn_set_names(txn, LAYER, "nobody", no_names, reterr));
        assert_refused(-ENOENT, "\"nobody\"", cstorage_txn_delete(txn, IMAGE, "nobody", 0, reterr));
        cstorage_txn_free(txn);
}

static void bad_ids_names_flags_and_options_are_refused(void **state) {
        static const char *const ids[] = {"", "a/b", "..", "a:b", "l", "staging", "tmp", "a,b", "a b"};
        struct cstorage_container_options container = {.size = sizeof(container)};
        struct cstorage_layer_options layer = {.size = sizeof(layer) + 8};
        struct cstorage_txn *txn = begin(*state);

        for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
                assert_refused(-EINVAL, "cannot be the id", try_container(txn, ids[i], "x", NULL, 0, reterr));
        assert_refused(-EINVAL, "\"\"", try_container(txn, NULL, "", NULL, 0, reterr));
        assert_refused(-EINVAL, "is no name", try_container(txn, NULL, "\xff", NULL, 0, reterr));
        assert_refused(-EINVAL, "flag", try_container(txn, NULL, "x", NULL, 1ULL << 40, reterr));
        assert_refused(-EINVAL, "size", cstorage_txn_create_layer(txn, &layer, NULL, reterr));
        assert_refused(-EINVAL, "flag", cstorage_txn_delete(txn, IMAGE, "x", 1ULL << 40, reterr));
        container.mount_label = "a";
        assert_refused(-EINVAL, "label", cstorage_txn_create_container(txn, &container, NULL, reterr));
        assert_int_equal(cstorage_txn_delete(txn, (enum cstorage_object) 7, "x", 0, NULL), -EINVAL);
        cstorage_txn_free(txn);
}

static void a_damaged_file_refuses_each_edit(void **state) {
        static const struct {
                const char *path, *text;
        } damaged[] = {
                {"graphroot/overlay-layers/layers.json", "[{"},
                {"graphroot/overlay-images/images.json", ""},
                {"graphroot/overlay-containers/volatile-containers.json", "{}"},
                {"runroot/overlay-layers/volatile-layers.json", ""},
                {"runroot/overlay-layers/mountpoints.json", "x"},
        };
        struct fixture *f = *state;

        for (size_t i = 0; i < ARRAY_SIZE(damaged); i++) {
                char before[256];
                struct cstorage_txn *txn;

                (void) snprintf(before, sizeof(before), "%s", read_text(f, damaged[i].path));
                fixture_write(f, damaged[i].path, damaged[i].text);
                txn = begin(f);
                assert_refused(-EBADMSG, damaged[i].path, try_container(txn, NULL, "x", NULL, 0, reterr));
                cstorage_txn_free(txn);
                fixture_write(f, damaged[i].path, *before ? before : "[]");
        }
}

static void a_refused_edit_leaves_nothing(void **state) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *before = NULL, *after = NULL;
        struct cstorage_container_options options = {.size = sizeof(options), .layer = fixture_id("1a")};
        const struct cstorage_layer *layer = NULL;
        const struct cstorage_image *image = NULL;
        struct fixture *f = *state;
        struct cstorage_txn *txn;

        fill(f);
        txn = begin(f);
        assert_ok(cstorage_txn_set_metadata(txn, IMAGE, "image", "m", NULL));
        assert_ok(cstorage_txn_get_snapshot(txn, &before, NULL));
        assert_int_equal(cstorage_txn_create_container(txn, &options, NULL, NULL), -EEXIST);
        assert_int_equal(try_container(txn, NULL, "box", "image", 0, NULL), -EEXIST);
        assert_ok(cstorage_txn_get_snapshot(txn, &after, NULL));
        assert_ptr_equal(before, after);
        before = cstorage_snapshot_unref(before);
        after = cstorage_snapshot_unref(after);

        /* The same where nobody looks at the records, so that they change in place: the first layer goes
         * before it shows that the second may not. */
        assert_int_equal(cstorage_txn_create_container(txn, &options, NULL, NULL), -EEXIST);
        add_layer(txn, fixture_id("1c"), "upper", "top");
        assert_ok(try_image(txn, fixture_id("2b"), "upper", "upper", NULL));
        assert_ok(cstorage_txn_delete(txn, CONTAINER, "box", 0, NULL));
        assert_ok(cstorage_txn_delete(txn, IMAGE, "image", 0, NULL));
        assert_ok(cstorage_txn_mount(txn, LAYER, "top", NULL, NULL, NULL));
        assert_int_equal(cstorage_txn_delete(txn, IMAGE, "upper", 0, NULL), -EBUSY);
        assert_ok(cstorage_txn_get_snapshot(txn, &after, NULL));
        assert_ok(cstorage_snapshot_find_image(after, "upper", &image));
        assert_ok(cstorage_snapshot_find_layer(after, "upper", &layer));
        assert_ok(cstorage_txn_unmount(txn, LAYER, "top", 0, NULL));
        commit(txn);
        assert_false(has(f, "graphroot/overlay-layers/layers.json", "incomplete"));
        assert_true(fixture_exists(f, layer_path(fixture_id("1c"), "/diff")));
}

/* -------------------------------------------------------------------------------------- changing */

static void a_name_moves_from_one_holder_to_another(void **state) {
        static const char *const names[] = {"image", "more", "image", NULL};
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = NULL;
        const struct cstorage_image *image = NULL;
        struct fixture *f = *state;
        struct cstorage_txn *txn;

        fill(f);
        txn = begin(f);
        assert_ok(try_image(txn, fixture_id("2b"), "second", NULL, NULL));
        assert_ok(cstorage_txn_set_names(txn, IMAGE, "second", names, NULL));
        commit(txn);

        snapshot = records(f);
        assert_ok(cstorage_snapshot_find_image(snapshot, "image", &image));
        assert_string_equal(cstorage_image_get_id(image), fixture_id("2b"));
        assert_string_equal(cstorage_image_get_name(image, 1), "more");
        assert_null(cstorage_image_get_name(image, 2));
        assert_string_equal(cstorage_image_get_names_history(image, 0), "more");
        assert_string_equal(cstorage_image_get_names_history(image, 1), "image");
        assert_int_equal(cstorage_snapshot_find_image(snapshot, "second", &image), -ENOENT);
        assert_ok(cstorage_snapshot_find_image(snapshot, fixture_id("2a"), &image));
        assert_null(cstorage_image_get_name(image, 0));
}

static void metadata_and_flags_come_and_go(void **state) {
        const struct cstorage_container *container = NULL;
        struct cstorage_snapshot *snapshot;
        struct fixture *f = *state;
        struct cstorage_txn *txn;

        fill(f);
        txn = begin(f);
        assert_ok(cstorage_txn_set_metadata(txn, CONTAINER, "box", "a \"quoted\" <one>", NULL));
        assert_ok(cstorage_txn_set_flag(txn, CONTAINER, "box", "X", "{\"a\": [1e30]}", NULL));
        assert_ok(cstorage_txn_set_flag(txn, CONTAINER, "box", "MountLabel", NULL, NULL));
        assert_int_equal(cstorage_txn_set_flag(txn, CONTAINER, "box", "Y", "{", NULL), -EINVAL);
        assert_int_equal(cstorage_txn_set_flag(txn, LAYER, "top", "incomplete", "true", NULL), -EINVAL);
        commit(txn);

        snapshot = records(f);
        assert_ok(cstorage_snapshot_find_container(snapshot, "box", &container));
        assert_string_equal(cstorage_container_get_metadata(container), "a \"quoted\" <one>");
        assert_non_null(strstr(read_text(f, is_transient() ? volatile_file("containers")
                                                           : "graphroot/overlay-containers/containers.json"),
                               "\"X\":{\"a\": [1e30]}"));
        assert_string_not_equal(cstorage_container_get_flag(container, 0, NULL), "MountLabel");
        cstorage_snapshot_unref(snapshot);
}

static void big_data_is_written_recorded_and_read(void **state) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = NULL;
        static const char *const digest =
                "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        const struct cstorage_image *image = NULL;
        const struct cstorage_layer *layer = NULL;
        const char *found_digest = NULL;
        struct fixture *f = *state;
        struct cstorage_txn *txn;
        int64_t size = 0;
        char *data = NULL;
        size_t n = 0;

        fill(f);
        txn = begin(f);
        assert_ok(cstorage_txn_set_big_data(txn, IMAGE, "image", "manifest", "abc", 3, NULL, NULL));
        assert_ok(cstorage_txn_set_big_data(txn, LAYER, "base", "Key", "ab", 2, NULL, NULL));
        assert_ok(cstorage_txn_set_big_data(txn, CONTAINER, "box", "k", "", 0, NULL, NULL));
        assert_int_equal(cstorage_txn_set_big_data(txn, IMAGE, "image", "", "abc", 3, NULL, NULL), -EINVAL);
        commit(txn);

        snapshot = records(f);
        assert_ok(cstorage_snapshot_find_image(snapshot, "image", &image));
        assert_string_equal(cstorage_image_get_big_data(image, 0, &size, &found_digest), "manifest");
        assert_int_equal(size, 3);
        assert_string_equal(found_digest, digest);
        assert_ptr_equal(cstorage_snapshot_next_image_by_digest(snapshot, digest, NULL), image);
        assert_ok(cstorage_snapshot_find_layer(snapshot, "base", &layer));
        assert_string_equal(cstorage_layer_get_big_data_name(layer, 0), "Key");
        assert_ok(cstorage_snapshot_read_big_data(snapshot, LAYER, "base", "Key", &data, &n, NULL));
        assert_int_equal(n, 2);
        assert_string_equal(data, "ab");
        free(data);
        assert_int_equal(cstorage_snapshot_read_big_data(snapshot, IMAGE, "image", "no", &data, &n, NULL),
                         -ENOENT);
}

static void the_first_manifest_gives_an_image_its_digest(void **state) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = NULL;
        const struct cstorage_image *image = NULL;
        struct fixture *f = *state;
        struct cstorage_txn *txn;

        fill(f);
        txn = begin(f);
        assert_ok(cstorage_txn_create_image(
                txn,
                &(struct cstorage_image_options){.size = sizeof(struct cstorage_image_options), .id = "bare"},
                NULL, NULL));
        assert_ok(cstorage_txn_set_big_data(txn, IMAGE, "bare", "config", "x", 1, NULL, NULL));
        assert_ok(cstorage_txn_set_big_data(txn, IMAGE, "bare", "manifest", "abc", 3, NULL, NULL));
        assert_ok(cstorage_txn_set_big_data(txn, IMAGE, "bare", "manifest-2", "x", 1, NULL, NULL));
        commit(txn);

        snapshot = records(f);
        assert_ok(cstorage_snapshot_find_image(snapshot, "bare", &image));
        assert_string_equal(cstorage_image_get_digest(image),
                            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void user_directories_are_made(void **state) {
        struct fixture *f = *state;
        struct cstorage_txn *txn;
        char *path = NULL;

        fill(f);
        txn = begin(f);
        assert_ok(cstorage_txn_make_directory(txn, CONTAINER, "box", true, &path, NULL));
        assert_non_null(strstr(path, "/runroot/overlay-containers/"));
        assert_int_not_equal(access(path, F_OK), 0);
        assert_int_equal(cstorage_txn_make_directory(txn, LAYER, "top", true, NULL, NULL), -EINVAL);
        commit(txn);
        assert_int_equal(access(path, F_OK), 0);
        free(path);

        txn = begin(f);
        assert_ok(cstorage_txn_make_directory(txn, CONTAINER, "box", false, &path, NULL));
        assert_ok(cstorage_txn_make_directory(txn, IMAGE, "image", false, NULL, NULL));
        commit(txn);
        assert_int_equal(access(path, F_OK), 0);
        free(path);
}

/* Go makes that directory for the first image that needs it (store.go:ImageRunDirectory). */
static void the_runroot_has_images_only_when_asked_for(void **state) {
        struct fixture *f = *state;
        struct cstorage_txn *txn;
        char *path = NULL;

        fill(f);
        assert_false(fixture_exists(f, "runroot/overlay-images"));
        txn = begin(f);
        assert_ok(cstorage_txn_make_directory(txn, IMAGE, "image", true, &path, NULL));
        commit(txn);
        assert_non_null(strstr(path, "/runroot/overlay-images/"));
        assert_int_equal(access(path, F_OK), 0);
        free(path);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
        const struct CMUnitTest tests[] = {
                CASE(names_and_ids_in_use_are_refused),
                CASE(what_is_not_there_is_refused),
                CASE(bad_ids_names_flags_and_options_are_refused),
                CASE(a_damaged_file_refuses_each_edit),
                CASE(a_refused_edit_leaves_nothing),
                CASE(a_name_moves_from_one_holder_to_another),
                CASE(metadata_and_flags_come_and_go),
                CASE(big_data_is_written_recorded_and_read),
                CASE(the_first_manifest_gives_an_image_its_digest),
                CASE(user_directories_are_made),
                CASE(the_runroot_has_images_only_when_asked_for),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
