/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Arguments that make no sense: each is -EINVAL at once, with a reason, and nothing is changed. */

#include <limits.h>
#include <stdio.h>

#include "edit.h"

#define HEX64  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define DIGEST "sha256:" HEX64

/* Made by the first change, and by nothing before it. */
#define MADE_FIRST "runroot/overlay-layers/mountpoints.lock"

static const uint32_t ids[] = {0, 1, 5}, unsorted[] = {5, 1}, twice[] = {1, 1};
static const struct cstorage_id_map map = {0, 1000, 10}, empty = {0, 1000, 0}, beyond = {UINT32_MAX, 0, 2},
                                    host_beyond = {0, UINT32_MAX, 2},
                                    overlapping[] = {{0, 1000, 10}, {5, 2000, 10}},
                                    host_overlapping[] = {{0, 1000, 10}, {20, 1009, 10}};
static const struct cstorage_id_map many[400];

static void layers(void **state) {
        struct cstorage_layer_options examples[] = {
                {.flags = 1ULL << 63},
                {.n_uids = 1},
                {.n_gids = 1},
                {.uids = ids, .n_uids = SIZE_MAX},
                {.gids = ids, .n_gids = SIZE_MAX / 4},
                {.uids = unsorted, .n_uids = 2},
                {.gids = twice, .n_gids = 2},
                {.n_uid_map = 1},
                {.n_gid_map = 1},
                {.uid_map = &map, .n_uid_map = SIZE_MAX},
                {.gid_map = many, .n_gid_map = ARRAY_SIZE(many)},
                {.uid_map = &empty, .n_uid_map = 1},
                {.uid_map = &beyond, .n_uid_map = 1},
                {.gid_map = &host_beyond, .n_gid_map = 1},
                {.uid_map = overlapping, .n_uid_map = 2},
                {.gid_map = host_overlapping, .n_gid_map = 2},
                {.compressed_digest = "sha256:"},
                {.compressed_digest = "sha256:" HEX64 "0"},
                {.diff_digest = HEX64},
                {.diff_digest = "sha256:"
                                "0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef"},
                {.toc_digest = "sha512:" HEX64},
                {.toc_digest = "md5:0123456789abcdef0123456789abcdef"},
                {.compressed_size = -2},
                {.diff_size = INT64_MIN},
                {.compression = -1},
                {.compression = 5},
        };
        _cleanup_(cstorage_txn_freep) struct cstorage_txn *txn = begin(*state);

        for (size_t i = 0; i < ARRAY_SIZE(examples); i++) {
                struct cstorage_error error = {0};

                examples[i].size = sizeof(examples[i]);
                if (cstorage_txn_create_layer(txn, &examples[i], NULL, &error) != -EINVAL)
                        fail_msg("example %zu", i);
                assert_int_not_equal(error.text[0], '\0');
                assert_false(fixture_exists(*state, MADE_FIRST));
        }
}

static void containers(void **state) {
        struct cstorage_container_options examples[] = {
                {.flags = 1ULL << 63},
                {.n_uid_map = 1},
                {.n_gid_map = SIZE_MAX},
                {.uid_map = &empty, .n_uid_map = 1},
                {.gid_map = &beyond, .n_gid_map = 1},
                {.uid_map = overlapping, .n_uid_map = 2},
                {.mount_label = "a"},
        };
        _cleanup_(cstorage_txn_freep) struct cstorage_txn *txn = begin(*state);

        for (size_t i = 0; i < ARRAY_SIZE(examples); i++) {
                struct cstorage_error error = {0};

                examples[i].size = sizeof(examples[i]);
                if (cstorage_txn_create_container(txn, &examples[i], NULL, &error) != -EINVAL)
                        fail_msg("example %zu", i);
                assert_int_not_equal(error.text[0], '\0');
                assert_false(fixture_exists(*state, MADE_FIRST));
        }
}

static void images(void **state) {
        struct cstorage_image_options examples[] = {
                {.flags = 1},    {.digest = "sha256:" HEX64 " "}, {.digest = "sha256"},
                {.created = ""}, {.created = "yesterday"},
        };
        _cleanup_(cstorage_txn_freep) struct cstorage_txn *txn = begin(*state);

        for (size_t i = 0; i < ARRAY_SIZE(examples); i++) {
                struct cstorage_error error = {0};

                examples[i].size = sizeof(examples[i]);
                if (cstorage_txn_create_image(txn, &examples[i], NULL, &error) != -EINVAL)
                        fail_msg("example %zu", i);
                assert_int_not_equal(error.text[0], '\0');
                assert_false(fixture_exists(*state, MADE_FIRST));
        }
}

static char long_key[NAME_MAX + 2], long_odd_key[NAME_MAX * 3 / 4 + 1];

static void big_data(void **state) {
        const struct {
                enum cstorage_object object;
                const char *id, *key, *data;
                size_t size;
                const char *digest;
        } examples[] = {
                {IMAGE, NULL, "k", "d", 1, NULL},
                {IMAGE, "image", NULL, "d", 1, NULL},
                {IMAGE, "image", "", "d", 1, NULL},
                {IMAGE, "image", "..", "d", 1, NULL},
                {IMAGE, "image", long_key, "d", 1, NULL},
                {CONTAINER, "box", long_odd_key, "d", 1, NULL},
                {IMAGE, "image", "k", NULL, 1, NULL},
                {IMAGE, "image", "k", "d", SIZE_MAX, NULL},
                {IMAGE, "image", "k", "d", (size_t) PTRDIFF_MAX, DIGEST},
                {IMAGE, "image", "k", "d", 1, "sha256:0"},
                {LAYER, "top", "k", "d", 1, DIGEST},
                {(enum cstorage_object) 3, "image", "k", "d", 1, NULL},
                {(enum cstorage_object) - 1, "image", "k", "d", 1, NULL},
        };
        _cleanup_(cstorage_txn_freep) struct cstorage_txn *txn = NULL;
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *before = NULL;

        memset(long_key, 'k', NAME_MAX + 1);
        memset(long_odd_key, 'K', NAME_MAX * 3 / 4);
        fill(*state);
        txn = begin(*state);
        assert_ok(cstorage_txn_get_snapshot(txn, &before, NULL));
        for (size_t i = 0; i < ARRAY_SIZE(examples); i++) {
                _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *after = NULL;

                if (cstorage_txn_set_big_data(txn, examples[i].object, examples[i].id, examples[i].key,
                                              examples[i].data, examples[i].size, examples[i].digest,
                                              NULL) != -EINVAL)
                        fail_msg("example %zu", i);
                assert_ok(cstorage_txn_get_snapshot(txn, &after, NULL));
                assert_ptr_equal(before, after);
        }
}

static void keys_are_not_read_that_no_file_can_have(void **state) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = NULL;
        char *bytes = NULL;
        size_t size;

        fill(*state);
        snapshot = records(*state);
        memset(long_key, 'k', NAME_MAX + 1);
        assert_int_equal(cstorage_snapshot_read_big_data(snapshot, IMAGE, "image", long_key, &bytes, &size,
                                                         NULL),
                         -EINVAL);
}

static void the_longest_key_is_written_and_read(void **state) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = NULL;
        _cleanup_free_ char *bytes = NULL;
        struct cstorage_txn *txn;
        char key[NAME_MAX + 1] = "";
        size_t size;

        memset(key, 'k', NAME_MAX);
        fill(*state);
        txn = begin(*state);
        assert_ok(cstorage_txn_set_big_data(txn, IMAGE, "image", key, "data", 4, NULL, NULL));
        commit(txn);
        snapshot = records(*state);
        assert_ok(cstorage_snapshot_read_big_data(snapshot, IMAGE, "image", key, &bytes, &size, NULL));
        assert_string_equal(bytes, "data");
}

/* What has no array or number in it: names, ids, members. */
static void texts(void **state) {
        static const char *const no_names[] = {"", NULL}, *const no_text[] = {"\xff", NULL};
        _cleanup_(cstorage_txn_freep) struct cstorage_txn *txn = NULL;
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *before = NULL, *after = NULL;

        fill(*state);
        txn = begin(*state);
        assert_ok(cstorage_txn_get_snapshot(txn, &before, NULL));
        assert_int_equal(cstorage_txn_set_names(txn, IMAGE, "image", no_names, NULL), -EINVAL);
        assert_int_equal(cstorage_txn_set_names(txn, IMAGE, "image", no_text, NULL), -EINVAL);
        assert_int_equal(cstorage_txn_set_names(txn, IMAGE, NULL, NULL, NULL), -EINVAL);
        assert_int_equal(cstorage_txn_set_metadata(txn, IMAGE, "image", NULL, NULL), -EINVAL);
        assert_int_equal(cstorage_txn_set_flag(txn, IMAGE, "image", "", "1", NULL), -EINVAL);
        assert_int_equal(cstorage_txn_set_flag(txn, IMAGE, "image", "f", "{", NULL), -EINVAL);
        assert_int_equal(cstorage_txn_set_flag(txn, IMAGE, "image", "f", "1,2", NULL), -EINVAL);
        assert_int_equal(cstorage_txn_delete(txn, IMAGE, "image", 1ULL << 63, NULL), -EINVAL);
        assert_int_equal(cstorage_txn_delete(txn, (enum cstorage_object) 7, "image", 0, NULL), -EINVAL);
        assert_int_equal(cstorage_txn_make_directory(txn, LAYER, "top", false, NULL, NULL), -EINVAL);
        assert_int_equal(cstorage_txn_unmount(txn, LAYER, "top", 1ULL << 63, NULL), -EINVAL);
        assert_ok(cstorage_txn_get_snapshot(txn, &after, NULL));
        assert_ptr_equal(before, after);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(layers, fixture_setup, fixture_teardown),
                cmocka_unit_test_setup_teardown(containers, fixture_setup, fixture_teardown),
                cmocka_unit_test_setup_teardown(images, fixture_setup, fixture_teardown),
                cmocka_unit_test_setup_teardown(big_data, fixture_setup, fixture_teardown),
                cmocka_unit_test_setup_teardown(keys_are_not_read_that_no_file_can_have, fixture_setup,
                                                fixture_teardown),
                cmocka_unit_test_setup_teardown(the_longest_key_is_written_and_read, fixture_setup,
                                                fixture_teardown),
                cmocka_unit_test_setup_teardown(texts, fixture_setup, fixture_teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
