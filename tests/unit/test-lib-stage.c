/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/dir.h"
#include "base/fd.h"
#include "disk/lock.h"
#include "fixture.h"
#include "txn/stage.h"
#include "unit.h"

#define LINK_A "AAAAAAAAAAAAAAAAAAAAAAAAAA"
#define HOME   "graphroot/overlay"

/* The only directory whose name begins like this; the path of it. */
static char *find(struct fixture *f, const char *dir, const char *prefix) {
        _cleanup_dir_list_ struct dir_list list = DIR_LIST_INIT;
        _cleanup_close_ int fd = open_dir_beneath(f->fd, dir);
        char *path = NULL;

        assert_ok(fd);
        assert_ok(dir_list_read(&list, fd));
        for (size_t i = 0; i < list.n; i++)
                if (strncmp(list.entries[i].name, prefix, strlen(prefix)) == 0) {
                        assert_null(path);
                        assert_true(asprintf(&path, "%s/%s", dir, list.entries[i].name) > 0);
                }
        assert_non_null(path);
        return path;
}

static mode_t mode_of(struct fixture *f, const char *dir, const char *name) {
        char path[512];
        struct stat st;

        (void) snprintf(path, sizeof(path), "%s/%s", dir, name);
        assert_ok(fstatat(f->fd, path, &st, AT_SYMLINK_NOFOLLOW));
        return st.st_mode & 07777;
}

static void put(int fd, const char *name, const char *text) {
        _cleanup_close_ int file = openat(fd, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

        assert_ok(file);
        assert_int_equal(write(file, text, strlen(text)), (ssize_t) strlen(text));
}

static void a_stage_lies_in_a_temp_dir_that_is_held(void **state) {
        struct fixture *f = *state;
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = fixture_open(f);
        _cleanup_free_ char *dir = NULL, *lock = NULL;
        struct cstorage_stage *stage = NULL;

        assert_ok(cstorage_stage_new(store, NULL, &stage, NULL));
        dir = find(f, HOME "/tempdirs", "temp-dir-");
        lock = find(f, HOME "/tempdirs", "lock-");
        assert_int_equal(lock_probe(f->fd, lock), 1);
        assert_int_equal(mode_of(f, dir, "0-addition"), 0555);
        put(cstorage_stage_get_fd(stage), "file", "text");

        stage = cstorage_stage_free(stage);
        assert_null(stage);
        assert_false(fixture_exists(f, HOME "/tempdirs"));
}

static void a_stage_looks_like_its_parent(void **state) {
        struct fixture *f = *state;
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = fixture_open(f);
        const char *parent = fixture_id("a");
        struct cstorage_stage *stage = NULL;
        struct cstorage_error error;
        char path[512];
        struct stat st;

        assert_int_equal(cstorage_stage_new(store, parent, &stage, &error), -ENOENT);
        assert_non_null(strstr(error.text, parent));
        assert_null(stage);
        assert_false(fixture_exists(f, HOME "/tempdirs"));

        fixture_add_layer_dir(f, parent, LINK_A);
        (void) snprintf(path, sizeof(path), HOME "/%s/diff", parent);
        assert_ok(fchmodat(f->fd, path, 0750, 0));
        assert_ok(cstorage_stage_new(store, parent, &stage, NULL));
        assert_ok(fstat(cstorage_stage_get_fd(stage), &st));
        assert_int_equal(st.st_mode & 07777, 0750);
        cstorage_stage_free(stage);
}

static void what_is_no_id_is_refused(void **state) {
        struct fixture *f = *state;
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = fixture_open(f);
        static const char *const names[] = {"", ".", "..", "a/b", "../overlay-layers"};
        struct cstorage_stage *stage = NULL;

        for (size_t i = 0; i < ARRAY_SIZE(names); i++)
                assert_int_equal(cstorage_stage_new(store, names[i], &stage, NULL), -EINVAL);
        assert_int_equal(cstorage_stage_new(NULL, NULL, &stage, NULL), -EINVAL);
        assert_int_equal(cstorage_stage_new(store, NULL, NULL, NULL), -EINVAL);
        assert_int_equal(cstorage_stage_make_tar_split(NULL, NULL), -EINVAL);
        assert_null(cstorage_stage_free(NULL));
        assert_null(stage);
}

static void the_directories_of_a_new_store_are_made(void **state) {
        struct fixture *f = *state;
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = fixture_open(f);
        struct cstorage_stage *stage = NULL;
        _cleanup_close_ int fd = -1;

        assert_ok(unlinkat(f->fd, HOME "/l", AT_REMOVEDIR));
        assert_ok(unlinkat(f->fd, HOME, AT_REMOVEDIR));
        assert_ok(renameat(f->fd, "graphroot/overlay-layers", f->fd, "away"));
        assert_ok(cstorage_stage_new(store, NULL, &stage, NULL));
        assert_int_equal(mode_of(f, HOME, "."), 0755);
        assert_int_equal(mode_of(f, HOME, "l"), 0755);
        fd = cstorage_stage_make_tar_split(stage, NULL);
        assert_ok(fd);
        assert_int_equal(mode_of(f, "graphroot", "overlay-layers"), 0700);
        cstorage_stage_free(stage);
}

static void a_tar_split_lies_with_the_layers_data(void **state) {
        struct fixture *f = *state;
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = fixture_open(f);
        _cleanup_free_ char *dir = NULL, *lock = NULL;
        struct cstorage_stage *stage = NULL;
        _cleanup_close_ int fd = -1;

        assert_ok(cstorage_stage_new(store, NULL, &stage, NULL));
        assert_false(stage_has_tar_split(stage));
        fd = cstorage_stage_make_tar_split(stage, NULL);
        assert_ok(fd);
        assert_true(stage_has_tar_split(stage));
        dir = find(f, "graphroot/overlay-layers/tmp", "temp-dir-");
        lock = find(f, "graphroot/overlay-layers/tmp", "lock-");
        assert_int_equal(lock_probe(f->fd, lock), 1);
        assert_int_equal(mode_of(f, dir, "0-addition"), 0600);
        assert_int_equal(cstorage_stage_make_tar_split(stage, NULL), -EEXIST);
        cstorage_stage_free(stage);
        assert_false(fixture_exists(f, "graphroot/overlay-layers/tmp"));
        assert_false(fixture_exists(f, HOME "/tempdirs"));
}

static void both_take_their_places(void **state) {
        struct fixture *f = *state;
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = fixture_open(f);
        _cleanup_close_ int home_fd = open_dir_beneath(f->fd, HOME);
        _cleanup_close_ int layers_fd = open_dir_beneath(f->fd, "graphroot/overlay-layers");
        _cleanup_close_ int fd = -1;
        const struct new_layer layer = {.id = fixture_id("b"),
                                        .link = LINK_A,
                                        .uid = geteuid(),
                                        .gid = getegid(),
                                        .content_follows = true};
        const struct homes homes = {.fds = &home_fd, .n = 1, .runroot_fd = -1};
        struct cstorage_stage *stage = NULL;
        struct cstorage_error error;
        char path[512];

        assert_ok(cstorage_stage_new(store, NULL, &stage, NULL));
        put(cstorage_stage_get_fd(stage), "file", "text");
        fd = cstorage_stage_make_tar_split(stage, NULL);
        assert_int_equal(write(fd, "split", 5), 5);

        assert_ok(driver_overlay.create_layer(&homes, home_fd, &layer, NULL));
        assert_ok(stage_put_tar_split(stage, layers_fd, "name.tar-split.gz", NULL));
        assert_ok(stage_put_content(stage, home_fd, layer.id, NULL));
        assert_int_equal(stage_put_tar_split(stage, layers_fd, "name.tar-split.gz", NULL), -EINVAL);
        assert_int_equal(stage_put_content(stage, home_fd, layer.id, (struct error *) &error), -EINVAL);
        assert_non_null(strstr(error.text, layer.id));
        assert_int_equal(cstorage_stage_make_tar_split(stage, NULL), -EINVAL);
        assert_ok(faccessat(cstorage_stage_get_fd(stage), "file", F_OK, 0));
        cstorage_stage_free(stage);

        (void) snprintf(path, sizeof(path), HOME "/%s/diff/file", layer.id);
        assert_true(fixture_exists(f, path));
        assert_int_equal(mode_of(f, "graphroot/overlay-layers", "name.tar-split.gz"), 0600);
        assert_false(fixture_exists(f, HOME "/tempdirs"));
        assert_false(fixture_exists(f, "graphroot/overlay-layers/tmp"));
}

static void what_has_no_place_stays_the_stages(void **state) {
        struct fixture *f = *state;
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = fixture_open(f);
        _cleanup_close_ int home_fd = open_dir_beneath(f->fd, HOME), fd = -1;
        struct cstorage_stage *stage = NULL;
        struct error error;

        assert_ok(cstorage_stage_new(store, NULL, &stage, NULL));
        fd = cstorage_stage_make_tar_split(stage, NULL);
        assert_int_equal(stage_put_content(stage, home_fd, fixture_id("c"), &error), -ENOENT);
        assert_non_null(strstr(error.text, fixture_id("c")));
        assert_int_equal(stage_put_tar_split(stage, home_fd, "none/name", &error), -ENOENT);
        assert_non_null(strstr(error.text, "none/name"));
        assert_true(stage_has_tar_split(stage));
        assert_ok(faccessat(cstorage_stage_get_fd(stage), ".", F_OK, 0));
        cstorage_stage_free(stage);
        assert_false(fixture_exists(f, HOME "/tempdirs"));
}

static void with_an_image_store_it_lies_there(void **state) {
        struct fixture *f = *state;
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = NULL;
        struct cstorage_stage *stage = NULL;
        char path[512];

        (void) snprintf(path, sizeof(path), "%s/imagestore", f->top);
        fixture_mkdir(f, "imagestore");
        assert_ok(cstorage_config_set_imagestore(f->config, path));
        store = fixture_open(f);
        assert_ok(cstorage_stage_new(store, NULL, &stage, NULL));
        assert_int_equal(stage->root, ROOT_IMAGE);
        assert_true(fixture_exists(f, "imagestore/overlay/tempdirs"));
        assert_false(fixture_exists(f, HOME "/tempdirs"));
        cstorage_stage_free(stage);
}

static void a_parent_may_lie_in_an_additional_store(void **state) {
        struct fixture *f = *state;
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = NULL;
        _cleanup_free_ char *option = NULL;
        const char *parent = fixture_id("d");
        struct cstorage_stage *stage = NULL;
        char path[512];

        assert_true(asprintf(&option, "overlay.imagestore=%s/additional", f->top) > 0);
        (void) snprintf(path, sizeof(path), "additional/overlay/%s/diff", parent);
        fixture_mkdir(f, path);
        assert_ok(cstorage_config_add_option(f->config, option));
        store = fixture_open(f);
        assert_ok(cstorage_stage_new(store, parent, &stage, NULL));
        assert_true(fixture_exists(f, HOME "/tempdirs"));
        cstorage_stage_free(stage);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(a_stage_lies_in_a_temp_dir_that_is_held),
                CASE(a_stage_looks_like_its_parent),
                CASE(what_is_no_id_is_refused),
                CASE(the_directories_of_a_new_store_are_made),
                CASE(a_tar_split_lies_with_the_layers_data),
                CASE(both_take_their_places),
                CASE(what_has_no_place_stays_the_stages),
                CASE(with_an_image_store_it_lies_there),
                CASE(a_parent_may_lie_in_an_additional_store),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
