/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stores that are not as they should be: nothing is followed, nothing waited for, and all else goes on. */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/cleanup.h"
#include "fixture.h"
#include "tree/delete.h"
#include "unit.h"

DEFINE_CLEANUP(struct cstorage_store *, cstorage_store_unref);
DEFINE_CLEANUP(struct cstorage_inventory *, cstorage_inventory_unref);
DEFINE_CLEANUP(struct cstorage_snapshot *, cstorage_snapshot_unref);
DEFINE_CLEANUP(struct cstorage_txn *, cstorage_txn_free);
DEFINE_CLEANUP(struct cstorage_trash *, cstorage_trash_free);

#define LINK "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static const char *path_of(struct fixture *f, const char *name) {
        static char path[4096];

        (void) snprintf(path, sizeof(path), "%s/%s", f->top, name);
        return path;
}

/* Move what stands there out of the store and put a link to it in its place. */
static void replace_by_link(struct fixture *f, const char *name) {
        fixture_mkdir(f, "outside");
        assert_int_equal(renameat(f->fd, name, f->fd, "outside/it"), 0);
        fixture_symlink(f, path_of(f, "outside/it"), name);
}

static void put_back(struct fixture *f, const char *name) {
        assert_int_equal(unlinkat(f->fd, name, 0), 0);
        assert_int_equal(renameat(f->fd, "outside/it", f->fd, name), 0);
}

static enum cstorage_record_file_state state_of(struct fixture *f, const char *name) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = fixture_open(f);
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = NULL;
        const struct cstorage_record_file *file = NULL;

        assert_ok(cstorage_snapshot_new(store, &snapshot, NULL));
        while ((file = cstorage_snapshot_next_record_file(snapshot, file)))
                if (strcmp(cstorage_record_file_get_path(file), path_of(f, name)) == 0)
                        return cstorage_record_file_get_state(file);
        fail();
        return CSTORAGE_RECORD_FILE_MISSING;
}

static int begin_code(struct fixture *f, struct cstorage_error *reterr) {
        static const struct cstorage_txn_options options = {.size = sizeof(options)};
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = fixture_open(f);
        _cleanup_(cstorage_txn_freep) struct cstorage_txn *txn = NULL;

        return cstorage_txn_begin(store, &options, &txn, reterr);
}

static size_t count_problems(struct fixture *f) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = fixture_open(f);
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
        size_t n = 0;

        assert_ok(cstorage_inventory_new(store, &inventory, NULL));
        while (cstorage_inventory_get_problem(inventory, n, NULL))
                n++;
        return n;
}

static void paths_may_be_written_in_any_way(void **state) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = NULL;
        struct fixture *f = *state;

        assert_ok(cstorage_config_set_graphroot(f->config, path_of(f, "./outside/..//graphroot//")));
        fixture_mkdir(f, "outside");
        store = fixture_open(f);
        assert_string_equal(cstorage_store_get_graphroot(store), path_of(f, "graphroot"));
        assert_int_equal(cstorage_config_set_graphroot(f->config, "graphroot"), -EINVAL);
        assert_int_equal(cstorage_config_set_runroot(f->config, "./runroot"), -EINVAL);
}

static void the_graphroot_itself_may_be_a_link(void **state) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = NULL;
        struct fixture *f = *state;

        replace_by_link(f, "graphroot");
        store = fixture_open(f);
        assert_string_equal(cstorage_store_get_graphroot(store), path_of(f, "outside/it"));
        assert_int_equal(count_problems(f), 0);
        assert_int_equal(begin_code(f, NULL), 0);
}

static void no_link_inside_is_followed(void **state) {
        static const char *const places[] = {
                "graphroot/overlay",        "graphroot/overlay/l",          "graphroot/overlay-layers",
                "graphroot/overlay-images", "graphroot/overlay-containers",
        };
        struct fixture *f = *state;

        for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
                replace_by_link(f, places[i]);
                assert_true(count_problems(f) > 0);
                put_back(f, places[i]);
                assert_int_equal(count_problems(f), 0);
        }

        replace_by_link(f, "graphroot/overlay-layers");
        assert_int_equal(state_of(f, "graphroot/overlay-layers/layers.json"),
                         CSTORAGE_RECORD_FILE_UNREADABLE);
        assert_int_equal(begin_code(f, NULL), -ELOOP);
        put_back(f, "graphroot/overlay-layers");
        replace_by_link(f, "graphroot/overlay-layers/layers.json");
        assert_int_equal(state_of(f, "graphroot/overlay-layers/layers.json"),
                         CSTORAGE_RECORD_FILE_UNREADABLE);
        put_back(f, "graphroot/overlay-layers/layers.json");
        replace_by_link(f, "graphroot/overlay-images/images.lock");
        assert_int_equal(begin_code(f, NULL), -ELOOP);
}

static void put_special(struct fixture *f, const char *name, mode_t type) {
        (void) unlinkat(f->fd, name, 0);
        assert_int_equal(mknodat(f->fd, name, type | 0600, makedev(1, 5)), 0); /* /dev/zero, if a device */
}

static void nobody_waits_for_what_is_no_file(void **state) {
        static const mode_t types[] = {S_IFIFO, S_IFSOCK, S_IFCHR};
        struct cstorage_error error;
        struct fixture *f = *state;

        for (size_t i = 0; i < ARRAY_SIZE(types) && (types[i] != S_IFCHR || geteuid() == 0); i++) {
                put_special(f, "graphroot/overlay-images/images.json", types[i]);
                assert_int_equal(state_of(f, "graphroot/overlay-images/images.json"),
                                 CSTORAGE_RECORD_FILE_UNREADABLE);
                put_special(f, "graphroot/overlay-containers/containers.lock", types[i]);
                assert_true(begin_code(f, &error) < 0);
                assert_non_null(strstr(error.text, "containers.lock"));
        }
}

static void a_directory_is_no_record_file(void **state) {
        assert_int_equal(unlinkat(((struct fixture *) *state)->fd, "graphroot/overlay-images/images.json", 0),
                         0);
        fixture_mkdir(*state, "graphroot/overlay-images/images.json");
        assert_int_equal(state_of(*state, "graphroot/overlay-images/images.json"),
                         CSTORAGE_RECORD_FILE_UNREADABLE);
}

/* ----------------------------------------------------------------- mounts */

static int retire_layer(struct cstorage_store *store) {
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
        _cleanup_(cstorage_txn_freep) struct cstorage_txn *txn = NULL;
        _cleanup_(cstorage_trash_freep) struct cstorage_trash *trash = NULL;
        const struct cstorage_entry *entry;
        struct cstorage_trash_dir *dir = NULL;
        struct cstorage_entry_stat seen;
        int code;

        assert_ok(cstorage_inventory_new(store, &inventory, NULL));
        entry = cstorage_inventory_next(inventory, NULL);
        assert_non_null(entry);
        assert_ok(cstorage_entry_stat(entry, &seen, NULL));
        assert_ok(cstorage_txn_begin(store, NULL, &txn, NULL));
        assert_ok(cstorage_txn_trash_entry(txn, entry, &seen, NULL));
        assert_ok(cstorage_txn_commit(txn, &trash, NULL));
        code = cstorage_trash_item_get_code(cstorage_trash_next_item(trash, NULL));
        while ((dir = cstorage_trash_next_dir(trash, dir))) {
                _cleanup_tree_result_ struct tree_result result = TREE_RESULT_INIT;

                assert_int_equal(cstorage_trash_dir_lock(dir, NULL), 1);
                assert_int_equal(tree_remove(cstorage_trash_dir_get_fd(dir), NULL, &result, NULL), 0);
                assert_ok(cstorage_trash_dir_remove(dir, NULL));
        }
        return code;
}

/* Go mounts its home on itself, so a process that opened the store before has the directory below
 * (overlay.go:Init). */
static void a_home_that_is_mounted_on_itself_is_a_home(void **state) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *before = NULL;
        const char *id = fixture_id("ab");
        struct fixture *f = *state;
        char home[4096];
        int code, code_before;

        if (geteuid() != 0) {
                skip();
                return;
        }
        (void) snprintf(home, sizeof(home), "%s/graphroot/overlay", f->top);
        before = fixture_open(f);
        assert_int_equal(mount(home, home, "none", MS_BIND, NULL), 0);
        fixture_add_layer_dir(f, id, LINK);
        code_before = retire_layer(before);
        fixture_add_layer_dir(f, id, LINK);
        {
                _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = fixture_open(f);

                code = retire_layer(store);
        }
        assert_int_equal(umount(home), 0);
        assert_int_equal(code_before, 0);
        assert_int_equal(code, 0);
        assert_false(fixture_exists(f, "graphroot/overlay/tempdirs"));
}

static void a_graphroot_that_was_mounted_over_is_seen(void **state) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = NULL;
        struct cstorage_snapshot *snapshot = NULL;
        struct cstorage_txn *txn = NULL;
        struct fixture *f = *state;
        int r, begun;

        if (geteuid() != 0) {
                skip();
                return;
        }
        store = fixture_open(f);
        assert_int_equal(mount("none", path_of(f, "graphroot"), "tmpfs", 0, NULL), 0);
        r = cstorage_snapshot_new(store, &snapshot, NULL);
        begun = cstorage_txn_begin(store, NULL, &txn, NULL);
        assert_int_equal(umount(path_of(f, "graphroot")), 0);
        assert_int_equal(r, -ESTALE);
        assert_int_equal(begun, -ESTALE);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
        const struct CMUnitTest tests[] = {
                CASE(paths_may_be_written_in_any_way),
                CASE(the_graphroot_itself_may_be_a_link),
                CASE(no_link_inside_is_followed),
                CASE(nobody_waits_for_what_is_no_file),
                CASE(a_directory_is_no_record_file),
                CASE(a_home_that_is_mounted_on_itself_is_a_home),
                CASE(a_graphroot_that_was_mounted_over_is_seen),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
