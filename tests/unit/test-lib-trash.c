/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What keeps an entry from going to the trash, although the plan says that it may go. */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "driver/mountinfo.h"
#include "fixture.h"
#include "trash/check.h"
#include "unit.h"

static struct cstorage_inventory *listed(struct fixture *f) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = fixture_open(f);
        struct cstorage_inventory *inventory;

        assert_ok(cstorage_inventory_new(store, &inventory, NULL));
        return inventory;
}

#define LINE    "20 1 0:1 / %s rw - tmpfs tmpfs rw\n"
#define NOTHING "20 1 0:1 / /elsewhere rw - tmpfs tmpfs rw\n"

/* The answer of the check, if these things are mounted; its text names the cause. */
static int check(const struct cstorage_entry *entry, const struct cstorage_entry_stat *seen,
                 const char *mounts, const char *cause) {
        _cleanup_(mountinfo_freep) struct mountinfo *info = NULL;
        struct cstorage_trash_item item = TRASH_ITEM_INIT;
        struct error error = {.text = ""};
        int r;

        assert_ok(mountinfo_parse(mounts, strlen(mounts), &info, NULL));
        item.entry = entry;
        item.seen = *seen;
        r = trash_check(&item, info, &error);
        assert_int_equal(r < 0, *cause != '\0');
        assert_non_null(strstr(error.text, cause));
        return r;
}

static const struct cstorage_entry *only_entry(const struct cstorage_inventory *inventory) {
        const struct cstorage_entry *entry = cstorage_inventory_next(inventory, NULL);

        assert_non_null(entry);
        assert_null(cstorage_inventory_next(inventory, entry));
        return entry;
}

static void make_layer(struct fixture *f) {
        char path[256];

        (void) snprintf(path, sizeof(path), "graphroot/overlay/%s", fixture_id("ab"));
        fixture_mkdir(f, path);
}

static void only_what_was_looked_at_goes(void **state) {
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
        const struct cstorage_entry *entry;
        struct cstorage_entry_stat seen, other;

        make_layer(*state);
        inventory = listed(*state);
        entry = only_entry(inventory);
        assert_ok(cstorage_entry_stat(entry, &seen, NULL));
        assert_int_equal(check(entry, &seen, NOTHING, ""), 0);
        other = seen;
        other.device++;
        assert_int_equal(check(entry, &other, NOTHING, "was replaced"), -ESTALE);
        other = seen;
        other.inode++;
        assert_int_equal(check(entry, &other, NOTHING, "was replaced"), -ESTALE);
        other = seen;
        other.type = CSTORAGE_TYPE_FILE;
        assert_int_equal(check(entry, &other, NOTHING, "was replaced"), -ESTALE);
        other = seen;
        other.changed_ns--;
        assert_int_equal(check(entry, &other, NOTHING, "changed since"), -ESTALE);
}

static void what_is_gone_is_gone(void **state) {
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
        struct cstorage_entry_stat seen;
        struct fixture *f = *state;
        char path[256];

        make_layer(f);
        inventory = listed(f);
        assert_ok(cstorage_entry_stat(only_entry(inventory), &seen, NULL));
        (void) snprintf(path, sizeof(path), "graphroot/overlay/%s", fixture_id("ab"));
        assert_int_equal(unlinkat(f->fd, path, AT_REMOVEDIR), 0);
        assert_int_equal(check(only_entry(inventory), &seen, NOTHING, "is gone"), -ENOENT);
}

static void what_is_mounted_at_or_below_stays(void **state) {
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
        const struct cstorage_entry *entry;
        struct cstorage_entry_stat seen;
        char below[512], line[1024];

        make_layer(*state);
        inventory = listed(*state);
        entry = only_entry(inventory);
        assert_ok(cstorage_entry_stat(entry, &seen, NULL));
        (void) snprintf(below, sizeof(below), "%s/x", cstorage_entry_get_path(entry));
        (void) snprintf(line, sizeof(line), LINE, below);
        assert_int_equal(check(entry, &seen, line, "at or below"), -EBUSY);
}

/* Seen by the number of the mount, whatever the table says. */
static void what_lies_on_another_mount_stays(void **state) {
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
        struct cstorage_entry_stat seen;

        make_layer(*state);
        inventory = listed(*state);
        assert_ok(cstorage_entry_stat(only_entry(inventory), &seen, NULL));
        ((struct store_dir *) only_entry(inventory)->place)->mount_id++;
        assert_int_equal(check(only_entry(inventory), &seen, NOTHING, "at or below"), -EBUSY);
}

/* Elsewhere, by its name. */
static void what_something_mounted_uses_stays(void **state) {
        static const struct {
                const char *path;
                int code;
        } kinds[] = {
                {"graphroot/overlay", -EBUSY},
                {"graphroot/overlay-containers", -EBUSY},
                {"graphroot/overlay-images", 0},
        };
        struct fixture *f = *state;
        char path[256], line[512];

        (void) snprintf(path, sizeof(path), "/elsewhere/%s", fixture_id("ab"));
        (void) snprintf(line, sizeof(line), LINE, path);
        for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
                _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
                struct cstorage_entry_stat seen;

                (void) snprintf(path, sizeof(path), "%s/%s", kinds[i].path, fixture_id("ab"));
                fixture_mkdir(f, path);
                inventory = listed(f);
                assert_ok(cstorage_entry_stat(only_entry(inventory), &seen, NULL));
                assert_int_equal(check(only_entry(inventory), &seen, line, kinds[i].code ? "uses" : ""),
                                 kinds[i].code);
                assert_int_equal(unlinkat(f->fd, path, AT_REMOVEDIR), 0);
        }
}

static void a_name_that_is_no_id_is_used_by_nothing(void **state) {
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
        struct cstorage_entry_stat seen;
        char line[512];

        fixture_mkdir(*state, "graphroot/overlay-containers/stranger");
        inventory = listed(*state);
        assert_ok(cstorage_entry_stat(only_entry(inventory), &seen, NULL));
        (void) snprintf(line, sizeof(line), "20 1 0:1 / /%s rw - tmpfs tmpfs rw\n", fixture_id("ab"));
        assert_int_equal(check(only_entry(inventory), &seen, line, ""), 0);
}

static void a_lock_that_is_held_keeps_its_entry(void **state) {
        static const struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
        static const char *const files[] = {"graphroot/overlay/staging/3/staging.lock",
                                            "graphroot/overlay/tempdirs/lock-2"};
        struct fixture *f = *state;

        for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
                _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
                struct cstorage_entry_stat seen;
                int fd;

                fixture_write(f, files[i], "");
                inventory = listed(f);
                assert_ok(cstorage_entry_stat(only_entry(inventory), &seen, NULL));
                assert_int_equal(check(only_entry(inventory), &seen, NOTHING, ""), 0);
                fd = openat(f->fd, files[i], O_RDWR | O_CLOEXEC);
                assert_int_equal(fcntl(fd, F_OFD_SETLK, &lock), 0);
                assert_int_equal(check(only_entry(inventory), &seen, NOTHING, "works on"), -EBUSY);
                close(fd);
                assert_int_equal(unlinkat(f->fd, files[i], 0), 0);
                (void) unlinkat(f->fd, "graphroot/overlay/staging/3", AT_REMOVEDIR);
        }
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
        const struct CMUnitTest tests[] = {
                CASE(only_what_was_looked_at_goes),        CASE(what_is_gone_is_gone),
                CASE(what_is_mounted_at_or_below_stays),   CASE(what_lies_on_another_mount_stays),
                CASE(what_something_mounted_uses_stays),   CASE(a_name_that_is_no_id_is_used_by_nothing),
                CASE(a_lock_that_is_held_keeps_its_entry),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
