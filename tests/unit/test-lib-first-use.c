/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Two writers that use a store before its lock files exist. A transaction cannot hold a lock whose directory
 * is missing; what another one commits meanwhile must not be lost.
 */

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/fd.h"
#include "edit.h"
#include "tree/delete.h"

DEFINE_CLEANUP(struct cstorage_inventory *, cstorage_inventory_unref);

/* Each holds one lock file. */
static const struct {
        const char *dir, *lock;
        bool in_imagestore;
} places[] = {
        {"graphroot/vfs-layers", "layers.lock", false},
        {"runroot/vfs-layers", "mountpoints.lock", false},
        {"graphroot/vfs-images", "images.lock", false},
        {"graphroot/vfs-containers", "containers.lock", false},
        {"runroot/vfs-containers", "containers.lock", false},
        {"images/vfs-layers", "layers.lock", true},
        {"images/vfs-images", "images.lock", true},
};

#define PLACES_OF_ONE 5U /* without an image store */

#define RECORDS 6U /* what both make: each a container with its layer, and an image */

enum mode {
        MODE_STABLE,
        MODE_VOLATILE,
        MODE_TRANSIENT,
        MODES,
};

enum order {
        FIRST_BEGINS_FIRST,
        SECOND_BEGINS_FIRST,
        FIRST_IS_A_PROCESS,
        ORDERS,
};

struct example {
        unsigned missing; /* a bit for each place */
        bool keep_dirs;   /* only the lock files are missing */
        bool imagestore;
        enum mode mode;
        enum order order;
};

static void remove_below(struct fixture *f, const char *path) {
        _cleanup_tree_result_ struct tree_result result = TREE_RESULT_INIT;
        _cleanup_close_ int fd = openat(f->fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        if (fd < 0)
                return;
        assert_int_equal(tree_remove(fd, NULL, &result, NULL), 0);
        (void) unlinkat(f->fd, path, AT_REMOVEDIR);
}

static void make_lock(struct fixture *f, size_t i) {
        char path[128];

        (void) snprintf(path, sizeof(path), "%s/%s", places[i].dir, places[i].lock);
        fixture_write(f, path, "");
}

static void prepare_store(struct fixture *f, const struct example *e) {
        static const char *const tops[] = {"graphroot", "runroot", "images"};

        for (size_t i = 0; i < ARRAY_SIZE(tops); i++) {
                remove_below(f, tops[i]);
                fixture_mkdir(f, tops[i]);
        }
        fixture_mkdir(f, "graphroot/vfs");
        fixture_mkdir(f, "images/vfs");
        for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
                if (places[i].in_imagestore && !e->imagestore)
                        continue;
                if (!(e->missing & 1U << i))
                        make_lock(f, i);
                else if (e->keep_dirs)
                        fixture_mkdir(f, places[i].dir);
        }
}

static struct cstorage_store *open_store(struct fixture *f, const struct example *e) {
        struct cstorage_store *store = NULL;
        struct cstorage_error error;
        char path[512];

        assert_ok(cstorage_config_set_driver(f->config, "vfs"));
        assert_ok(cstorage_config_set_transient(f->config, e->mode == MODE_TRANSIENT));
        (void) snprintf(path, sizeof(path), "%s/images", f->top);
        assert_ok(cstorage_config_set_imagestore(f->config, e->imagestore ? path : NULL));
        if (cstorage_store_open(f->config, &store, &error) < 0)
                fail_msg("%s", error.text);
        return store;
}

/* Without waiting: in the same process nothing would let go. */
static int try_begin(struct cstorage_store *store, struct cstorage_txn **ret) {
        const struct cstorage_txn_options options = {.size = sizeof(options)};
        int r = cstorage_txn_begin(store, &options, ret, NULL);

        assert_true(r == 0 || r == -ETIMEDOUT);
        return r;
}

static void read_records(struct cstorage_txn *txn) {
        struct cstorage_snapshot *snapshot = NULL;

        assert_ok(cstorage_txn_get_snapshot(txn, &snapshot, NULL));
        cstorage_snapshot_unref(snapshot);
}

/* Makes a container and an image, both of this name; 0, or -ESTALE, and nothing changed. */
static int make_both(struct cstorage_txn *txn, const char *name, const struct example *e) {
        uint64_t flags = e->mode == MODE_VOLATILE ? CSTORAGE_CONTAINER_VOLATILE : 0;
        _cleanup_(cstorage_trash_freep) struct cstorage_trash *trash = NULL;
        struct cstorage_error error = {0};
        int r;

        r = try_container(txn, name, name, NULL, flags, &error);
        if (r >= 0)
                r = try_image(txn, name, name, NULL, &error);
        if (r >= 0)
                r = cstorage_txn_commit(txn, &trash, &error);
        if (r < 0 && r != -ESTALE)
                fail_msg("%s", error.text);
        return r;
}

static int make_at_once(struct cstorage_store *store, const char *name, const struct example *e) {
        _cleanup_(cstorage_txn_freep) struct cstorage_txn *txn = NULL;
        int r = try_begin(store, &txn);

        return r < 0 ? r : make_both(txn, name, e);
}

static int make_in_child(struct fixture *f, const char *name, const struct example *e) {
        int status;
        pid_t pid = fork();

        if (pid == 0) {
                _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = open_store(f, e);

                _exit(-make_at_once(store, name, e));
        }
        assert_true(pid > 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        return -WEXITSTATUS(status);
}

static unsigned count_records(struct cstorage_store *store) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = NULL;
        const struct cstorage_container *container = NULL;
        const struct cstorage_image *image = NULL;
        const struct cstorage_layer *layer = NULL;
        unsigned n = 0;

        assert_ok(cstorage_snapshot_new(store, &snapshot, NULL));
        while ((container = cstorage_snapshot_next_container(snapshot, container)))
                n++;
        while ((image = cstorage_snapshot_next_image(snapshot, image)))
                n++;
        while ((layer = cstorage_snapshot_next_layer(snapshot, layer)))
                n++;
        return n;
}

/* The second reads; then the first commits, if it can; then the second changes something. */
static void run_both(struct fixture *f, const struct example *e, struct cstorage_store *one,
                     struct cstorage_store *two) {
        _cleanup_(cstorage_txn_freep) struct cstorage_txn *first = NULL, *second = NULL;
        int r1 = -ETIMEDOUT, r2;

        if (e->order == FIRST_BEGINS_FIRST)
                r1 = try_begin(one, &first);
        r2 = try_begin(two, &second);
        if (r2 >= 0)
                read_records(second);

        if (e->order == FIRST_IS_A_PROCESS)
                r1 = make_in_child(f, "one", e);
        else if (e->order == SECOND_BEGINS_FIRST)
                r1 = make_at_once(one, "one", e);
        else if (r1 >= 0) {
                r1 = make_both(first, "one", e);
                first = cstorage_txn_free(first);
        }
        if (r2 >= 0)
                r2 = make_both(second, "two", e);
        second = cstorage_txn_free(second);

        /* One that failed begins again, and does what it wanted to do. */
        assert_true(r1 >= 0 || r2 >= 0);
        if (r1 < 0)
                assert_ok(make_at_once(one, "one", e));
        if (r2 < 0)
                assert_ok(make_at_once(two, "two", e));
}

static void try_example(struct fixture *f, const struct example *e) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *one = NULL, *two = NULL;
        unsigned found;

        prepare_store(f, e);
        one = open_store(f, e);
        two = open_store(f, e);
        run_both(f, e, one, two);
        found = count_records(one);
        if (found != RECORDS)
                fail_msg("missing %#x, keep_dirs %d, imagestore %d, mode %d, order %d: %u records",
                         e->missing, e->keep_dirs, e->imagestore, (int) e->mode, (int) e->order, found);
}

static void try_orders(struct fixture *f, struct example e) {
        for (e.order = 0; e.order < ORDERS; e.order++)
                try_example(f, &e);
}

/* With an image store there are many: the one order that can lose something is enough. */
static void try_all(struct fixture *f, bool imagestore, enum mode mode) {
        size_t n = imagestore ? ARRAY_SIZE(places) : PLACES_OF_ONE;
        struct example e = {.imagestore = imagestore, .mode = mode};

        for (e.missing = 0; e.missing < 1U << n; e.missing++) {
                e.order = FIRST_BEGINS_FIRST;
                e.keep_dirs = false;
                if (imagestore)
                        try_example(f, &e);
                else
                        try_orders(f, e);
                e.keep_dirs = true;
                if (!imagestore)
                        try_example(f, &e);
        }
}

static void no_commit_is_lost_in_a_stable_store(void **state) {
        try_all(*state, false, MODE_STABLE);
}

static void no_commit_is_lost_if_containers_are_volatile(void **state) {
        try_all(*state, false, MODE_VOLATILE);
}

static void no_commit_is_lost_in_a_transient_store(void **state) {
        try_all(*state, false, MODE_TRANSIENT);
}

static void no_commit_is_lost_with_an_image_store(void **state) {
        try_all(*state, true, MODE_STABLE);
}

static void no_commit_is_lost_with_an_image_store_in_a_transient_store(void **state) {
        try_all(*state, true, MODE_TRANSIENT);
}

/* A layer directory without a record, which the caller decided to remove. */
static void retire_orphan(struct cstorage_store *store, struct cstorage_txn *txn) {
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
        const struct cstorage_entry *entry;
        struct cstorage_entry_stat seen;

        assert_ok(cstorage_inventory_new(store, &inventory, NULL));
        entry = cstorage_inventory_next(inventory, NULL);
        assert_non_null(entry);
        assert_ok(cstorage_entry_stat(entry, &seen, NULL));
        assert_ok(cstorage_txn_trash_entry(txn, entry, &seen, NULL));
}

static void nothing_is_removed_by_records_that_changed(void **state) {
        const struct example e = {.missing = (1U << PLACES_OF_ONE) - 1};
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *one = NULL, *two = NULL;
        _cleanup_(cstorage_txn_freep) struct cstorage_txn *txn = NULL;
        struct cstorage_trash *trash = NULL;
        struct fixture *f = *state;
        char path[128];

        prepare_store(f, &e);
        (void) snprintf(path, sizeof(path), "graphroot/vfs/dir/%s", fixture_id("ab"));
        fixture_mkdir(f, path);
        one = open_store(f, &e);
        two = open_store(f, &e);

        assert_ok(try_begin(two, &txn));
        retire_orphan(two, txn);
        assert_ok(make_at_once(one, "one", &e));
        assert_int_equal(cstorage_txn_commit(txn, &trash, NULL), -ESTALE);
        assert_true(fixture_exists(f, path));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(no_commit_is_lost_in_a_stable_store, fixture_setup,
                                                fixture_teardown),
                cmocka_unit_test_setup_teardown(no_commit_is_lost_if_containers_are_volatile, fixture_setup,
                                                fixture_teardown),
                cmocka_unit_test_setup_teardown(no_commit_is_lost_in_a_transient_store, fixture_setup,
                                                fixture_teardown),
                cmocka_unit_test_setup_teardown(no_commit_is_lost_with_an_image_store, fixture_setup,
                                                fixture_teardown),
                cmocka_unit_test_setup_teardown(no_commit_is_lost_with_an_image_store_in_a_transient_store,
                                                fixture_setup, fixture_teardown),
                cmocka_unit_test_setup_teardown(nothing_is_removed_by_records_that_changed, fixture_setup,
                                                fixture_teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
