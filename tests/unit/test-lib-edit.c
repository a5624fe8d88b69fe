/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "fixture.h"
#include "unit.h"

DEFINE_CLEANUP(struct cstorage_store *, cstorage_store_unref);
DEFINE_CLEANUP(struct cstorage_snapshot *, cstorage_snapshot_unref);
DEFINE_CLEANUP(struct cstorage_txn *, cstorage_txn_free);
DEFINE_CLEANUP(struct cstorage_trash *, cstorage_trash_free);

#define LAYER     CSTORAGE_OBJECT_LAYER
#define IMAGE     CSTORAGE_OBJECT_IMAGE
#define CONTAINER CSTORAGE_OBJECT_CONTAINER

static const char *const no_names[] = {NULL};

/* ------------------------------------------------------------------------------------------ a store */

static struct cstorage_txn *begin(struct fixture *f) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = fixture_open(f);
        struct cstorage_txn *txn = NULL;

        assert_ok(cstorage_txn_begin(store, NULL, &txn, NULL));
        return txn;
}

static void commit(struct cstorage_txn *txn) {
        _cleanup_(cstorage_trash_freep) struct cstorage_trash *trash = NULL;
        struct cstorage_error error;

        if (cstorage_txn_commit(txn, &trash, &error) < 0)
                fail_msg("%s", error.text);
        if (cstorage_trash_empty(trash, &error) < 0)
                fail_msg("%s", error.text);
        cstorage_txn_free(txn);
}

static void add_layer(struct cstorage_txn *txn, const char *id, const char *name, const char *parent) {
        const char *const names[] = {name, NULL};
        const struct cstorage_layer_options options = {.size = sizeof(options),
                                                       .id = id,
                                                       .names = names,
                                                       .parent = parent};
        struct cstorage_error error;

        if (cstorage_txn_create_layer(txn, &options, NULL, &error) < 0)
                fail_msg("%s", error.text);
}

static int try_image(struct cstorage_txn *txn, const char *id, const char *name, const char *layer,
                     struct cstorage_error *reterr) {
        const char *const names[] = {name, NULL};
        const struct cstorage_image_options options = {.size = sizeof(options),
                                                       .id = id,
                                                       .names = names,
                                                       .layer = layer};

        return cstorage_txn_create_image(txn, &options, NULL, reterr);
}

static int try_container(struct cstorage_txn *txn, const char *id, const char *name, const char *image,
                         uint64_t flags, struct cstorage_error *reterr) {
        const char *const names[] = {name, NULL};
        const struct cstorage_container_options options = {
                .size = sizeof(options), .flags = flags, .id = id, .names = names, .image = image};

        return cstorage_txn_create_container(txn, &options, NULL, reterr);
}

/* Two layers, an image of them, and a container. */
static void fill(struct fixture *f) {
        struct cstorage_txn *txn = begin(f);

        add_layer(txn, fixture_id("1a"), "base", NULL);
        add_layer(txn, fixture_id("1b"), "top", "base");
        assert_ok(try_image(txn, fixture_id("2a"), "image", "top", NULL));
        assert_ok(try_container(txn, fixture_id("3a"), "box", "image", 0, NULL));
        commit(txn);
}

static struct cstorage_snapshot *records(struct fixture *f) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = fixture_open(f);
        struct cstorage_snapshot *snapshot = NULL;

        assert_ok(cstorage_snapshot_new(store, &snapshot, NULL));
        return snapshot;
}

static char *read_text(struct fixture *f, const char *path) {
        static char text[65536];
        _cleanup_close_ int fd = openat(f->fd, path, O_RDONLY | O_CLOEXEC);
        ssize_t n;

        if (fd < 0)
                return strcpy(text, "");
        n = read(fd, text, sizeof(text) - 1);
        assert_true(n >= 0);
        text[n] = '\0';
        return text;
}

/* Any of its bytes may be a NUL. */
static bool has_token(struct fixture *f, const char *path) {
        struct stat st;

        return fstatat(f->fd, path, &st, 0) >= 0 && st.st_size > 0;
}

static bool has(struct fixture *f, const char *path, const char *text) {
        return strstr(read_text(f, path), text);
}

static const char *layer_path(const char *id, const char *below) {
        static char path[256];

        (void) snprintf(path, sizeof(path), "graphroot/overlay/%s%s", id, below);
        return path;
}

static bool is_transient(void) {
        return getenv("STORAGE_TRANSIENT");
}

static const char *volatile_file(const char *kind) {
        static char path[128];

        (void) snprintf(path, sizeof(path), "%s/overlay-%s/volatile-%s.json",
                        is_transient() ? "runroot" : "graphroot", kind, kind);
        return path;
}

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

/* Whoever has the other mode reads other files with it. */
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

/* --------------------------------------------------------------------------------------- refusals */

#define assert_refused(wanted_code, wanted_text, call)                                                       \
        do {                                                                                                 \
                struct cstorage_error refused = {0};                                                         \
                struct cstorage_error *reterr = &refused;                                                    \
                                                                                                             \
                assert_int_equal(call, wanted_code);                                                         \
                assert_int_equal(refused.code, wanted_code);                                                 \
                if (!strstr(refused.text, wanted_text))                                                      \
                        fail_msg("\"%s\" says nothing of \"%s\"", refused.text, wanted_text);                \
        } while (0)

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

/* --------------------------------------------------------------------------------------- knowing */

static void after_a_commit_nothing_is_read_again(void **state) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *known = NULL, *again = NULL;
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = fixture_open(*state);
        struct cstorage_txn_options options = {.size = sizeof(options)};
        _cleanup_(cstorage_txn_freep) struct cstorage_txn *first = NULL, *second = NULL;
        _cleanup_(cstorage_trash_freep) struct cstorage_trash *trash = NULL, *more = NULL;

        assert_ok(cstorage_txn_begin(store, NULL, &first, NULL));
        assert_ok(try_container(first, fixture_id("3a"), "box", NULL, 0, NULL));
        assert_ok(cstorage_txn_commit(first, &trash, NULL));
        assert_ok(cstorage_txn_get_snapshot(first, &known, NULL));
        assert_int_equal(cstorage_snapshot_is_stale(known, NULL), 0);

        options.known = known;
        assert_ok(cstorage_txn_begin(store, &options, &second, NULL));
        assert_int_equal(cstorage_txn_is_current(second, known), 1);
        assert_ok(cstorage_txn_delete(second, CONTAINER, "box", 0, NULL));
        assert_ok(cstorage_txn_commit(second, &more, NULL));
        assert_ok(cstorage_trash_empty(more, NULL));
        assert_ok(cstorage_txn_get_snapshot(second, &again, NULL));
        assert_null(cstorage_snapshot_next_container(again, NULL));
        assert_non_null(cstorage_snapshot_next_container(known, NULL));
        assert_int_equal(cstorage_snapshot_is_stale(known, NULL), 1);
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
                CASE(a_container_goes_with_its_layer_and_directories),
                CASE(what_something_uses_is_not_deleted),
                CASE(a_container_stays_while_an_image_is_on_its_layer),
                CASE(an_image_takes_the_layers_that_nothing_else_needs),
                CASE(what_was_made_and_deleted_again_never_was),
                CASE(what_others_left_incomplete_goes_with_the_first_change),
                CASE(a_mount_is_counted_and_taken_down_with_the_last),
                CASE(an_image_whose_owners_are_shifted_is_not_mounted),
                CASE(what_is_mounted_behind_our_back_stays),
                CASE(after_a_commit_nothing_is_read_again),
                CASE(a_store_is_made_from_nothing),
                CASE(the_home_of_an_image_store_is_nobody_elses),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
