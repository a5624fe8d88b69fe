/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Root changes the store of another user, in every way that there is: after each step, all files belong to
 * that user, also those that are gone at the end. Missing directories and lock files of the store are made,
 * too.
 */

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>

#include "edit.h"

#define USER  1000
#define GROUP 1001 /* another number, to see that it is not mixed up */

#define LINK "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

DEFINE_CLEANUP(struct cstorage_inventory *, cstorage_inventory_unref);

static int give(const char *path, const struct stat *st, int type, struct FTW *ftw) {
        (void) st;
        (void) type;
        return ftw->level > 0 ? lchown(path, USER, GROUP) : 0;
}

static int compare(const char *path, const struct stat *st, int type, struct FTW *ftw) {
        (void) type;
        if (ftw->level > 0 && (st->st_uid != USER || st->st_gid != GROUP))
                fail_msg("%s belongs to %u:%u", path, st->st_uid, st->st_gid);
        return 0;
}

static void give_all(struct fixture *f) {
        assert_int_equal(nftw(f->top, give, 16, FTW_PHYS), 0);
}

static void assert_owner(struct fixture *f) {
        assert_int_equal(nftw(f->top, compare, 16, FTW_PHYS), 0);
}

/* The temp dirs are still there when they are looked at. */
static void commit_and_look(struct fixture *f, struct cstorage_txn *txn) {
        _cleanup_(cstorage_trash_freep) struct cstorage_trash *trash = NULL;
        struct cstorage_error error;

        if (cstorage_txn_commit(txn, &trash, &error) < 0)
                fail_msg("%s", error.text);
        assert_owner(f);
        assert_ok(cstorage_trash_empty(trash, NULL));
        assert_owner(f);
        cstorage_txn_free(txn);
}

static void remove_locks(struct fixture *f) {
        assert_ok(unlinkat(f->fd, "graphroot/overlay-layers/layers.lock", 0));
        assert_ok(unlinkat(f->fd, "graphroot/overlay-images/images.lock", 0));
        assert_ok(unlinkat(f->fd, "graphroot/overlay-containers/containers.lock", 0));
}

/* -------------------------------------------------------------------------------------------- changes */

static void put_file(int dirfd, const char *name) {
        _cleanup_close_ int fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

        assert_ok(fd);
        assert_ok(fchown(fd, USER, GROUP)); /* what a caller puts into a layer is the caller's part */
}

static struct cstorage_stage *make_stage(struct fixture *f, struct cstorage_store *store) {
        struct cstorage_stage *stage = NULL;

        assert_ok(cstorage_stage_new(store, NULL, &stage, NULL));
        put_file(cstorage_stage_get_fd(stage), "file");
        assert_owner(f);
        close_fd(cstorage_stage_make_tar_split(stage, NULL));
        assert_owner(f);
        return stage;
}

static void add_staged_layer(struct cstorage_txn *txn, struct cstorage_stage *stage) {
        const struct cstorage_layer_options options = {.size = sizeof(options),
                                                       .id = fixture_id("1c"),
                                                       .stage = stage};

        assert_ok(cstorage_txn_create_layer(txn, &options, NULL, NULL));
}

static void what_is_made_is_the_users(void **state) {
        struct fixture *f = *state;
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = NULL;
        struct cstorage_stage *stage = NULL;
        struct cstorage_txn *txn = NULL;

        remove_locks(f);
        assert_ok(unlinkat(f->fd, "graphroot/overlay/l", AT_REMOVEDIR));
        give_all(f);
        store = fixture_open(f);
        stage = make_stage(f, store);

        assert_ok(cstorage_txn_begin(store, NULL, &txn, NULL));
        assert_owner(f);
        add_layer(txn, fixture_id("1a"), "base", NULL);
        add_layer(txn, fixture_id("1b"), "top", "base");
        assert_ok(try_image(txn, fixture_id("2a"), "image", "top", NULL));
        assert_ok(try_container(txn, fixture_id("3a"), "box", "image", 0, NULL));
        assert_ok(try_container(txn, fixture_id("3b"), "other", "image", CSTORAGE_CONTAINER_VOLATILE, NULL));
        add_staged_layer(txn, stage);
        assert_ok(cstorage_txn_set_big_data(txn, LAYER, "top", "key", "x", 1, NULL, NULL));
        assert_ok(cstorage_txn_set_big_data(txn, IMAGE, "image", "key", "x", 1, NULL, NULL));
        assert_ok(cstorage_txn_set_big_data(txn, CONTAINER, "box", "key", "x", 1, NULL, NULL));
        assert_ok(cstorage_txn_make_directory(txn, CONTAINER, "box", false, NULL, NULL));
        assert_ok(cstorage_txn_make_directory(txn, IMAGE, "image", true, NULL, NULL));
        commit_and_look(f, txn);
        cstorage_stage_free(stage);
        assert_owner(f);
}

static void what_changes_or_goes_leaves_only_the_users_files(void **state) {
        struct fixture *f = *state;
        struct cstorage_txn *txn;

        fill(f);
        give_all(f);
        txn = begin(f);
        assert_ok(cstorage_txn_set_metadata(txn, CONTAINER, "box", "text", NULL));
        assert_ok(cstorage_txn_set_big_data(txn, CONTAINER, "box", "key", "x", 1, NULL, NULL));
        commit_and_look(f, txn);

        txn = begin(f);
        assert_ok(cstorage_txn_delete(txn, CONTAINER, "box", 0, NULL));
        assert_ok(cstorage_txn_delete(txn, IMAGE, "image", 0, NULL));
        commit_and_look(f, txn);
}

/* -------------------------------------------------------------------------------------------- collecting */

static void ask_for_all(struct cstorage_txn *txn, const struct cstorage_inventory *inventory) {
        const struct cstorage_entry *entry = NULL;

        while ((entry = cstorage_inventory_next(inventory, entry))) {
                struct cstorage_entry_stat seen;

                assert_ok(cstorage_entry_stat(entry, &seen, NULL));
                if (cstorage_entry_get_kind(entry) == CSTORAGE_ENTRY_VOLATILE_FILE)
                        assert_ok(cstorage_txn_reset_volatile_file(txn, entry, &seen, NULL));
                else
                        assert_ok(cstorage_txn_trash_entry(txn, entry, &seen, NULL));
        }
}

static void a_collection_leaves_only_the_users_files(void **state) {
        struct fixture *f = *state;
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = NULL;
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
        struct cstorage_txn *txn = NULL;
        char path[256];

        fixture_add_layer_dir(f, fixture_id("ab"), LINK);
        (void) snprintf(path, sizeof(path), "graphroot/overlay-containers/%s/userdata/f", fixture_id("ef"));
        fixture_write(f, path, "x");
        fixture_write(f, volatile_file("containers"), "[{\"id\":");
        fixture_mkdir(f, "graphroot/overlay/tempdirs/temp-dir-42/0-x"); /* its lock file is missing */
        remove_locks(f);
        give_all(f);

        store = fixture_open(f);
        assert_ok(cstorage_inventory_new(store, &inventory, NULL));
        assert_ok(cstorage_txn_begin(store, NULL, &txn, NULL));
        assert_owner(f);
        ask_for_all(txn, inventory);
        commit_and_look(f, txn);
        assert_string_equal(read_text(f, volatile_file("containers")), "[]");
        assert_false(fixture_exists(f, layer_path(fixture_id("ab"), "")));
}

/* ---------------------------------------------------------------------------------------------- exceptions
 */

static void what_root_makes_in_a_store_of_root_is_roots(void **state) {
        struct fixture *f = *state;
        struct stat st;

        fill(f);
        assert_ok(fstatat(f->fd, "graphroot/overlay-containers/containers.json", &st, 0));
        assert_int_equal(st.st_uid, 0);
        assert_ok(fstatat(f->fd, layer_path(fixture_id("1a"), "/diff"), &st, 0));
        assert_int_equal(st.st_uid, 0);
}

/* A collection must not fail for it. */
static void if_the_owner_may_not_write_there_root_does(void **state) {
        struct fixture *f = *state;

        give_all(f);
        assert_ok(fchmodat(f->fd, "graphroot/overlay-containers", 0500, 0));
        assert_ok(fchmodat(f->fd, "graphroot/overlay", 0500, 0));
        fill(f);
        assert_true(fixture_exists(f, "graphroot/overlay-containers/containers.json"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(what_is_made_is_the_users),
                CASE(what_changes_or_goes_leaves_only_the_users_files),
                CASE(a_collection_leaves_only_the_users_files),
                CASE(what_root_makes_in_a_store_of_root_is_roots),
                CASE(if_the_owner_may_not_write_there_root_does),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
