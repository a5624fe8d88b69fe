/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The last looks at an entry: after it was moved, and before it is removed because it cannot be moved. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/identity.h"
#include "base/kernel.h"
#include "fixture.h"
#include "unit.h"

DEFINE_CLEANUP(struct cstorage_store *, cstorage_store_unref);
DEFINE_CLEANUP(struct cstorage_inventory *, cstorage_inventory_unref);
DEFINE_CLEANUP(struct cstorage_txn *, cstorage_txn_free);
DEFINE_CLEANUP(struct cstorage_trash *, cstorage_trash_free);

/* -------------------------------------------------------------------------- what answers otherwise */

/* What another process does between two looks: the file is another one, or cannot be looked at. */
enum change {
        NO_CHANGE,
        OTHER_DEVICE,
        OTHER_INODE,
        NO_LOOK,
        CHANGES,
};

static enum change change;
static const char *changed; /* the name that is looked at, and only after an attempt to rename */
static bool was_tried;
static int rename_failure; /* 0: it succeeds */

int __real_identity_at(int fd, const char *name, struct identity *ret);
int __wrap_identity_at(int fd, const char *name, struct identity *ret);
int __wrap_identity_at(int fd, const char *name, struct identity *ret) {
        int r = __real_identity_at(fd, name, ret);

        if (!was_tried || !changed || strcmp(name, changed) != 0)
                return r;
        ret->dev += change == OTHER_DEVICE;
        ret->ino += change == OTHER_INODE;
        return change == NO_LOOK ? -EIO : r;
}

int __real_kernel_renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags);
int __wrap_kernel_renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags);
int __wrap_kernel_renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags) {
        was_tried = true;
        if (rename_failure == 0)
                return __real_kernel_renameat2(from_fd, from, to_fd, to, flags);
        errno = rename_failure;
        return -1;
}

/* ------------------------------------------------------------------------------------ one removal */

/* The code of the only entry. */
static int trash_one(struct fixture *f) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = fixture_open(f);
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
        _cleanup_(cstorage_txn_freep) struct cstorage_txn *txn = NULL;
        _cleanup_(cstorage_trash_freep) struct cstorage_trash *trash = NULL;
        const struct cstorage_entry *entry;
        struct cstorage_entry_stat seen;
        int r;

        was_tried = false;
        assert_ok(cstorage_inventory_new(store, &inventory, NULL));
        entry = cstorage_inventory_next(inventory, NULL);
        assert_non_null(entry);
        assert_null(cstorage_inventory_next(inventory, entry));
        assert_ok(cstorage_entry_stat(entry, &seen, NULL));
        assert_ok(cstorage_txn_begin(store, NULL, &txn, NULL));
        assert_ok(cstorage_txn_trash_entry(txn, entry, &seen, NULL));
        assert_ok(cstorage_txn_commit(txn, &trash, NULL));
        r = cstorage_trash_item_get_code(cstorage_trash_next_item(trash, NULL));
        assert_ok(cstorage_trash_empty(trash, NULL));
        changed = NULL;
        rename_failure = 0;
        return r;
}

static const char *layer(void) {
        static char path[256];

        (void) snprintf(path, sizeof(path), "graphroot/overlay/%s", fixture_id("ab"));
        return path;
}

static const char *moved(void) {
        static char name[256];

        (void) snprintf(name, sizeof(name), "0-%s", fixture_id("ab"));
        return name;
}

static void what_turns_out_to_be_another_one_goes_back(void **state) {
        fixture_mkdir(*state, layer());
        for (change = OTHER_DEVICE; change < CHANGES; change++) {
                changed = moved();
                assert_int_equal(trash_one(*state), -ESTALE);
                assert_true(fixture_exists(*state, layer()));
        }
        change = NO_CHANGE;
        assert_int_equal(trash_one(*state), 0);
        assert_false(fixture_exists(*state, layer()));
}

static void an_empty_directory_is_removed_in_place_if_it_is_the_one_that_was_seen(void **state) {
        fixture_mkdir(*state, layer());
        for (change = OTHER_DEVICE; change < CHANGES; change++) {
                changed = fixture_id("ab");
                rename_failure = EXDEV;
                assert_int_equal(trash_one(*state), -EXDEV);
                assert_true(fixture_exists(*state, layer()));
        }
        change = NO_CHANGE;
        rename_failure = EXDEV;
        assert_int_equal(trash_one(*state), 0);
        assert_false(fixture_exists(*state, layer()));
}

static void a_mount_point_and_what_is_not_empty_stay(void **state) {
        char path[512];

        fixture_mkdir(*state, layer());
        rename_failure = EBUSY;
        assert_int_equal(trash_one(*state), -EBUSY);
        assert_true(fixture_exists(*state, layer()));
        (void) snprintf(path, sizeof(path), "%s/diff", layer());
        fixture_mkdir(*state, path);
        rename_failure = EXDEV;
        assert_int_equal(trash_one(*state), -EXDEV);
        assert_true(fixture_exists(*state, path));
}

static void a_file_that_cannot_be_moved_stays(void **state) {
        static const char path[] = "graphroot/overlay-layers/.tmp-layers.json1";

        fixture_write(*state, path, "[");
        rename_failure = EXDEV;
        assert_int_equal(trash_one(*state), -EXDEV);
        assert_true(fixture_exists(*state, path));
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
        const struct CMUnitTest tests[] = {
                CASE(what_turns_out_to_be_another_one_goes_back),
                CASE(an_empty_directory_is_removed_in_place_if_it_is_the_one_that_was_seen),
                CASE(a_mount_point_and_what_is_not_empty_stay),
                CASE(a_file_that_cannot_be_moved_stays),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
