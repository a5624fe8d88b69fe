/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

#include "base/text.h"
#include "edit.h"

/* -------------------------------------------------------------------------------------- deleting */

static void a_container_goes_with_its_layer_and_directories(void **state) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = NULL;
        const struct cstorage_container *container = NULL;
        struct fixture *f = *state;
        struct cstorage_txn *txn;
        char layer[65], *graph = NULL, *run = NULL;

        fill(f);
        snapshot = records(f);
        assert_ok(cstorage_snapshot_find_container(snapshot, "box", &container));
        (void) snprintf(layer, sizeof(layer), "%s", cstorage_container_get_layer_id(container));
        txn = begin(f);
        assert_ok(cstorage_txn_make_directory(txn, CONTAINER, "box", true, &run, NULL));
        assert_ok(cstorage_txn_make_directory(txn, CONTAINER, "box", false, &graph, NULL));
        commit(txn);

        txn = begin(f);
        assert_ok(cstorage_txn_delete(txn, CONTAINER, "box", 0, NULL));
        commit(txn);
        assert_int_not_equal(access(graph, F_OK), 0);
        assert_int_not_equal(access(run, F_OK), 0);
        assert_false(fixture_exists(f, layer_path(layer, "")));
        assert_false(has(f, volatile_file("containers"), "3a"));
        assert_false(has(f, volatile_file("layers"), layer));
        assert_false(has(f, "graphroot/overlay-layers/layers.json", layer));
        assert_true(has(f, "graphroot/overlay-layers/layers.json", fixture_id("1b")));
        assert_false(fixture_exists(f, "graphroot/overlay/tempdirs"));
        free(graph);
        free(run);
}

static void what_something_uses_is_not_deleted(void **state) {
        struct fixture *f = *state;
        struct cstorage_txn *txn;

        fill(f);
        txn = begin(f);
        assert_refused(-EBUSY, fixture_id("1b"), cstorage_txn_delete(txn, LAYER, "base", 0, reterr));
        assert_refused(-EBUSY, fixture_id("3a"), cstorage_txn_delete(txn, IMAGE, "image", 0, reterr));
        assert_ok(cstorage_txn_delete(txn, CONTAINER, "box", 0, NULL));
        assert_refused(-EBUSY, fixture_id("2a"), cstorage_txn_delete(txn, LAYER, "top", 0, reterr));
        assert_ok(cstorage_txn_delete(txn, IMAGE, "image", CSTORAGE_DELETE_KEEP_LAYERS, NULL));
        assert_ok(cstorage_txn_delete(txn, LAYER, "top", 0, NULL));
        commit(txn);
        assert_true(fixture_exists(f, layer_path(fixture_id("1a"), "")));
        assert_false(fixture_exists(f, layer_path(fixture_id("1b"), "")));
        assert_string_equal(read_text(f, "graphroot/overlay-images/images.json"), "[]");
}

static void a_container_stays_while_an_image_is_on_its_layer(void **state) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = NULL;
        const struct cstorage_container *container = NULL;
        struct fixture *f = *state;
        struct cstorage_txn *txn;

        fill(f);
        snapshot = records(f);
        assert_ok(cstorage_snapshot_find_container(snapshot, "box", &container));
        txn = begin(f);
        assert_ok(
                try_image(txn, fixture_id("2b"), "second", cstorage_container_get_layer_id(container), NULL));
        assert_refused(-EBUSY, fixture_id("2b"), cstorage_txn_delete(txn, CONTAINER, "box", 0, reterr));
        commit(txn);
        assert_true(has(f, "graphroot/overlay-containers/containers.json", fixture_id("3a")) ||
                    has(f, volatile_file("containers"), fixture_id("3a")));

        txn = begin(f);
        assert_ok(cstorage_txn_delete(txn, CONTAINER, "box", CSTORAGE_DELETE_KEEP_LAYERS, NULL));
        commit(txn);
}

static void an_image_takes_the_layers_that_nothing_else_needs(void **state) {
        struct fixture *f = *state;
        struct cstorage_txn *txn;

        fill(f);
        txn = begin(f);
        add_layer(txn, fixture_id("1c"), "other", "base");
        assert_ok(try_image(txn, fixture_id("2b"), "second", "other", NULL));
        assert_ok(cstorage_txn_delete(txn, CONTAINER, "box", 0, NULL));
        commit(txn);

        txn = begin(f);
        assert_ok(cstorage_txn_delete(txn, IMAGE, "image", 0, NULL));
        commit(txn);
        assert_false(fixture_exists(f, layer_path(fixture_id("1b"), "")));
        assert_true(fixture_exists(f, layer_path(fixture_id("1a"), "")));
        txn = begin(f);
        assert_ok(cstorage_txn_delete(txn, IMAGE, "second", 0, NULL));
        commit(txn);
        assert_false(fixture_exists(f, layer_path(fixture_id("1a"), "")));
        assert_string_equal(read_text(f, "graphroot/overlay-layers/layers.json"), "[]");
}

static void what_was_made_and_deleted_again_never_was(void **state) {
        struct fixture *f = *state;
        struct cstorage_txn *txn = begin(f);

        add_layer(txn, fixture_id("1a"), "base", NULL);
        assert_ok(try_container(txn, fixture_id("3a"), "box", NULL, 0, NULL));
        assert_ok(cstorage_txn_delete(txn, CONTAINER, "box", 0, NULL));
        assert_ok(cstorage_txn_delete(txn, LAYER, "base", 0, NULL));
        assert_ok(try_container(txn, fixture_id("3a"), "box", NULL, 0, NULL));
        assert_ok(cstorage_txn_delete(txn, CONTAINER, "box", 0, NULL));
        commit(txn);
        assert_string_equal(read_text(f, "graphroot/overlay-layers/layers.json"), "[]");
        assert_string_equal(read_text(f, "graphroot/overlay-layers/layers.lock"), "");
        assert_false(fixture_exists(f, layer_path(fixture_id("1a"), "")));
}

static void what_others_left_incomplete_goes_with_the_first_change(void **state) {
        struct fixture *f = *state;
        struct cstorage_txn *txn;
        char text[512];

        fixture_add_layer_dir(f, fixture_id("1a"), "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        (void) snprintf(
                text, sizeof(text),
                "[{\"id\":\"%s\",\"created\":\"2020-01-01T00:00:00Z\",\"flags\":{\"incomplete\":true}}]",
                fixture_id("1a"));
        fixture_write(f, "graphroot/overlay-layers/layers.json", text);
        txn = begin(f);
        assert_ok(try_image(txn, NULL, "image", NULL, NULL));
        commit(txn);
        assert_string_equal(read_text(f, "graphroot/overlay-layers/layers.json"), "[]");
        assert_false(fixture_exists(f, layer_path(fixture_id("1a"), "")));
        assert_false(fixture_exists(f, "graphroot/overlay/l/ABCDEFGHIJKLMNOPQRSTUVWXYZ"));
}

static void record_incomplete(struct fixture *f, const char *const *ids, const char *parent) {
        _cleanup_text_ struct text text = TEXT_INIT;

        for (size_t i = 0; ids[i]; i++) {
                assert_ok(text_addf(&text, "%s{\"id\":\"%s\",", i == 0 ? "[" : ",", ids[i]));
                if (i > 0 || parent)
                        assert_ok(text_addf(&text, "\"parent\":\"%s\",", i > 0 ? ids[i - 1] : parent));
                assert_ok(text_adds(&text,
                                    "\"created\":\"2020-01-01T00:00:00Z\",\"flags\":{\"incomplete\":true}}"));
        }
        assert_ok(text_adds(&text, "]"));
        fixture_write(f, "graphroot/overlay-layers/layers.json", text.s);
}

/* A chain, of which the middle has no directory; each is requested, parents first. */
static void incomplete_layers_are_deleted_by_id(void **state) {
        const char *const ids[] = {fixture_id("1a"), fixture_id("1b"), fixture_id("1c"), NULL};
        struct fixture *f = *state;
        struct cstorage_txn *txn;

        fixture_add_layer_dir(f, ids[0], "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        fixture_add_layer_dir(f, ids[2], "BBCDEFGHIJKLMNOPQRSTUVWXYZ");
        record_incomplete(f, ids, NULL);
        txn = begin(f);
        for (size_t i = 0; ids[i]; i++)
                assert_ok(cstorage_txn_delete(txn, LAYER, ids[i], 0, NULL));
        assert_int_equal(cstorage_txn_delete(txn, LAYER, fixture_id("1d"), 0, NULL), -ENOENT);
        commit(txn);
        assert_string_equal(read_text(f, "graphroot/overlay-layers/layers.json"), "[]");
        assert_false(fixture_exists(f, layer_path(ids[0], "")));
        assert_false(fixture_exists(f, layer_path(ids[2], "")));
        assert_false(fixture_exists(f, "graphroot/overlay/l/BBCDEFGHIJKLMNOPQRSTUVWXYZ"));
}

static void one_incomplete_layer_is_deleted_alone(void **state) {
        const char *const ids[] = {fixture_id("1a"), fixture_id("1b"), NULL};
        struct cstorage_txn *txn;
        struct fixture *f = *state;
        char *records;

        fixture_add_layer_dir(f, ids[0], "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        fixture_add_layer_dir(f, ids[1], "BBCDEFGHIJKLMNOPQRSTUVWXYZ");
        record_incomplete(f, ids, NULL);
        txn = begin(f);
        assert_int_equal(cstorage_txn_delete_incomplete_layer(txn, ids[0], NULL),
                         -EBUSY); /* it has a child */
        assert_int_equal(cstorage_txn_delete_incomplete_layer(txn, fixture_id("1d"), NULL), -ENOENT);
        assert_int_equal(cstorage_txn_delete_incomplete_layer(txn, NULL, NULL), -EINVAL);
        assert_ok(cstorage_txn_delete_incomplete_layer(txn, ids[1], NULL));
        commit(txn);
        records = read_text(f, "graphroot/overlay-layers/layers.json");
        assert_non_null(strstr(records, ids[0]));
        assert_null(strstr(records, ids[1]));
        assert_true(fixture_exists(f, layer_path(ids[0], "")));
        assert_false(fixture_exists(f, layer_path(ids[1], "")));
}

static void a_complete_layer_is_not_deleted_as_incomplete(void **state) {
        struct fixture *f = *state;
        struct cstorage_txn *txn;

        fixture_add_layer_dir(f, fixture_id("1a"), "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        fixture_write(f, "graphroot/overlay-layers/layers.json",
                      "[{\"id\":\"1a\",\"created\":\"2020-01-01T00:00:00Z\"}]");
        txn = begin(f);
        assert_int_equal(cstorage_txn_delete_incomplete_layer(txn, "1a", NULL), -EINVAL);
        (void) cstorage_txn_free(txn);
}

/* layers.go:load of the Go library deletes the directory in the additional image store. */
static void an_incomplete_layer_takes_no_directory_of_another_store(void **state) {
        const char *const ids[] = {fixture_id("1a"), NULL};
        _cleanup_free_ char *option = NULL;
        struct fixture *f = *state;
        struct cstorage_txn *txn;
        char path[256];

        (void) snprintf(path, sizeof(path), "additional/overlay/%s/diff", ids[0]);
        fixture_mkdir(f, path);
        fixture_write(f, "additional/overlay-layers/layers.json", "[]");
        assert_true(asprintf(&option, "imagestore=%s/additional", f->top) > 0);
        assert_ok(cstorage_config_add_option(f->config, option));
        record_incomplete(f, ids, NULL);
        txn = begin(f);
        assert_ok(cstorage_txn_delete(txn, LAYER, ids[0], 0, NULL));
        commit(txn);
        assert_string_equal(read_text(f, "graphroot/overlay-layers/layers.json"), "[]");
        assert_true(fixture_exists(f, path));
}

/* The id of a record is a text of the file; a path that contains it must not lead out of the store. */
static void an_id_that_is_no_name_has_no_directory(void **state) {
        static char long_id[5000];
        const char *const hostile[] = {"../../outside", "..", ".", "a/b", long_id};
        struct fixture *f = *state;

        memset(long_id, 'a', sizeof(long_id) - 1);
        for (size_t i = 0; i < ARRAY_SIZE(hostile); i++) {
                const char *const ids[] = {hostile[i], NULL};
                struct cstorage_txn *txn;

                fixture_write(f, "outside/file", "content");
                fixture_write(f, "graphroot/overlay/a/b/file", "content");
                record_incomplete(f, ids, NULL);
                txn = begin(f);
                assert_ok(cstorage_txn_delete(txn, LAYER, hostile[i], 0, NULL));
                commit(txn);
                assert_string_equal(read_text(f, "graphroot/overlay-layers/layers.json"), "[]");
                assert_string_equal(read_text(f, "outside/file"), "content");
                assert_string_equal(read_text(f, "graphroot/overlay/a/b/file"), "content");
        }
}

/* -------------------------------------------------------------------------------------- mounting */

static bool is_mounted(const char *path) {
        static char text[1 << 20];
        _cleanup_close_ int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
        size_t n = 0;
        ssize_t r;

        while ((r = read(fd, text + n, sizeof(text) - 1 - n)) > 0)
                n += (size_t) r;
        text[n] = '\0';
        return strstr(text, path);
}

/* The driver has mounted it on itself, as the Go side does. */
static void unmount_home(struct fixture *f) {
        char path[4096];

        (void) snprintf(path, sizeof(path), "%s/graphroot/overlay", f->top);
        (void) umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW);
}

static void a_mount_is_counted_and_taken_down_with_the_last(void **state) {
        struct fixture *f = *state;
        struct cstorage_txn *txn;
        char *path = NULL, *again = NULL;

        if (geteuid() != 0) {
                skip();
                return;
        }
        /* Its layer has an id of its own: what is mounted is told by ids, in all stores of the machine. */
        txn = begin(f);
        assert_ok(try_container(txn, NULL, "box", NULL, 0, NULL));
        commit(txn);
        txn = begin(f);
        assert_ok(cstorage_txn_mount(txn, CONTAINER, "box", NULL, &path, NULL));
        assert_ok(cstorage_txn_mount(txn, CONTAINER, "box", NULL, &again, NULL));
        assert_string_equal(path, again);
        commit(txn);
        assert_true(has(f, "runroot/overlay-layers/mountpoints.json", "\"count\":2"));
        assert_true(is_mounted(path));

        txn = begin(f);
        assert_refused(-EBUSY, path, cstorage_txn_delete(txn, CONTAINER, "box", 0, reterr));
        assert_int_equal(cstorage_txn_unmount(txn, CONTAINER, "box", 0, NULL), 1);
        commit(txn);
        txn = begin(f);
        assert_int_equal(cstorage_txn_unmount(txn, CONTAINER, "box", 0, NULL), 0);
        assert_ok(cstorage_txn_delete(txn, CONTAINER, "box", 0, NULL));
        commit(txn);
        assert_string_equal(read_text(f, "runroot/overlay-layers/mountpoints.json"), "[]");
        assert_false(is_mounted(path));
        unmount_home(f);
        free(path);
        free(again);
}

/* The Go side would mount a copy of it that it makes first (store.go:imageTopLayerForMapping). */
static void an_image_whose_owners_are_shifted_is_not_mounted(void **state) {
        struct fixture *f = *state;
        struct cstorage_txn *txn;
        char text[512];

        (void) snprintf(text, sizeof(text),
                        "[{\"id\":\"%s\",\"created\":\"2020-01-01T00:00:00Z\","
                        "\"uidmap\":[{\"container_id\":0,\"host_id\":1000,\"size\":1}]}]",
                        fixture_id("1a"));
        fixture_add_layer_dir(f, fixture_id("1a"), "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        fixture_write(f, "graphroot/overlay-layers/layers.json", text);
        txn = begin(f);
        assert_ok(try_image(txn, fixture_id("2a"), "image", fixture_id("1a"), NULL));
        assert_refused(-EOPNOTSUPP, "\"image\"", cstorage_txn_mount(txn, IMAGE, "image", NULL, NULL, reterr));
        assert_ok(cstorage_txn_mount(txn, LAYER, fixture_id("1a"), NULL, NULL, NULL));
        cstorage_txn_free(txn);
}

/* What is mounted and not counted: the commit finds it, and does nothing at all. */
static void what_is_mounted_behind_our_back_stays(void **state) {
        struct cstorage_trash *trash = NULL;
        struct fixture *f = *state;
        struct cstorage_error error;
        struct cstorage_txn *txn;
        char path[4096];

        if (geteuid() != 0) {
                skip();
                return;
        }
        fill(f);
        (void) snprintf(path, sizeof(path), "%s/%s", f->top, layer_path(fixture_id("1b"), "/diff"));
        assert_ok(mount("none", path, "tmpfs", 0, NULL));
        txn = begin(f);
        assert_ok(cstorage_txn_delete(txn, CONTAINER, "box", 0, NULL));
        assert_ok(cstorage_txn_delete(txn, IMAGE, "image", 0, NULL));
        assert_int_equal(cstorage_txn_commit(txn, &trash, &error), -EBUSY);
        assert_ok(umount(path));
        assert_null(trash);
        assert_non_null(strstr(error.text, fixture_id("1b")));
        cstorage_txn_free(txn);
        assert_true(has(f, "graphroot/overlay-images/images.json", fixture_id("2a")));
        assert_false(has(f, "graphroot/overlay-layers/layers.json", "incomplete"));
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
        const struct CMUnitTest tests[] = {
                CASE(a_container_goes_with_its_layer_and_directories),
                CASE(what_something_uses_is_not_deleted),
                CASE(a_container_stays_while_an_image_is_on_its_layer),
                CASE(an_image_takes_the_layers_that_nothing_else_needs),
                CASE(what_was_made_and_deleted_again_never_was),
                CASE(what_others_left_incomplete_goes_with_the_first_change),
                CASE(incomplete_layers_are_deleted_by_id),
                CASE(one_incomplete_layer_is_deleted_alone),
                CASE(a_complete_layer_is_not_deleted_as_incomplete),
                CASE(an_incomplete_layer_takes_no_directory_of_another_store),
                CASE(an_id_that_is_no_name_has_no_directory),
                CASE(a_mount_is_counted_and_taken_down_with_the_last),
                CASE(an_image_whose_owners_are_shifted_is_not_mounted),
                CASE(what_is_mounted_behind_our_back_stays),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
