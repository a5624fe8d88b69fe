/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "fixture.h"
#include "unit.h"

DEFINE_CLEANUP(struct cstorage_store *, cstorage_store_unref);
DEFINE_CLEANUP(struct cstorage_inventory *, cstorage_inventory_unref);
DEFINE_CLEANUP(struct cstorage_snapshot *, cstorage_snapshot_unref);
DEFINE_CLEANUP(struct cstorage_txn *, cstorage_txn_free);
DEFINE_CLEANUP(struct cstorage_trash *, cstorage_trash_free);

static const char *const files[] = {
        "graphroot/overlay-layers/volatile-layers.json",
        "graphroot/overlay-containers/volatile-containers.json",
        "runroot/overlay-layers/volatile-layers.json",
        "runroot/overlay-containers/volatile-containers.json",
};

static void write_bytes(struct fixture *f, const char *path, const char *bytes, size_t n) {
        _cleanup_close_ int fd = -1;

        fixture_write(f, path, "");
        fd = openat(f->fd, path, O_WRONLY | O_TRUNC | O_CLOEXEC);
        assert_true(fd >= 0);
        assert_int_equal(write(fd, bytes, n), n);
}

static void assert_content(struct fixture *f, const char *path, const char *bytes, size_t n) {
        _cleanup_free_ char *content = NULL;
        size_t len;

        assert_ok(read_file_at(f->fd, path, 65536, &content, &len, NULL));
        assert_int_equal(len, n);
        assert_memory_equal(content, bytes, n);
}

static const struct cstorage_entry *find_entry(const struct cstorage_inventory *inventory, const char *path) {
        const struct cstorage_entry *entry = NULL;
        const char *end = strchr(path, '/');

        while ((entry = cstorage_inventory_next(inventory, entry))) {
                const char *at = cstorage_entry_get_path(entry);

                if (strlen(at) > strlen(path) && strcmp(at + strlen(at) - strlen(end), end) == 0 &&
                    strstr(at, path))
                        return entry;
        }
        return NULL;
}

/* Look, wait for meddle to do its worst, heal; the result's code. */
static int heal_one(struct fixture *f, const char *path,
                    void (*meddle)(struct fixture *f, const char *path)) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = fixture_open(f);
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
        _cleanup_(cstorage_txn_freep) struct cstorage_txn *txn = NULL;
        _cleanup_(cstorage_trash_freep) struct cstorage_trash *trash = NULL;
        const struct cstorage_trash_item *item;
        const struct cstorage_entry *entry;
        struct cstorage_entry_stat seen;

        assert_ok(cstorage_inventory_new(store, &inventory, NULL));
        entry = find_entry(inventory, path);
        assert_non_null(entry);
        assert_int_equal(cstorage_entry_get_kind(entry), CSTORAGE_ENTRY_VOLATILE_FILE);
        assert_ok(cstorage_entry_stat(entry, &seen, NULL));
        if (meddle)
                meddle(f, path);

        assert_ok(cstorage_txn_begin(store, NULL, &txn, NULL));
        assert_int_equal(cstorage_txn_trash_entry(txn, entry, &seen, NULL), -EINVAL);
        assert_ok(cstorage_txn_reset_volatile_file(txn, entry, &seen, &seen));
        assert_ok(cstorage_txn_commit(txn, &trash, NULL));
        item = cstorage_trash_next_item(trash, NULL);
        assert_ptr_equal(cstorage_trash_item_get_userdata(item), &seen);
        assert_null(cstorage_trash_next_dir(trash, NULL));
        assert_null(cstorage_trash_item_get_dir(item));
        if (cstorage_trash_item_get_code(item) == 0)
                assert_non_null(strstr(cstorage_trash_item_get_name(item), ".json.torn"));
        else
                assert_true(cstorage_trash_item_get_text(item)[0]);
        return cstorage_trash_item_get_code(item);
}

static void aside(char ret[static 128], const char *path) {
        (void) snprintf(ret, 128, "%s.torn", path);
}

static void a_broken_file_is_moved_aside_for_an_empty_list(void **state) {
        static const struct {
                const char *bytes;
                size_t n;
        } torn[] = {{"", 0}, {"null", 4}, {"\0\0\0\0", 4}, {"[{\"id\":\"a", 9}, {"{}", 2}};
        struct fixture *f = *state;
        struct stat st;
        char kept[128];

        for (size_t i = 0; i < ARRAY_SIZE(files); i++)
                for (size_t k = 0; k < ARRAY_SIZE(torn); k++) {
                        write_bytes(f, files[i], torn[k].bytes, torn[k].n);
                        assert_int_equal(heal_one(f, files[i], NULL), 0);
                        assert_content(f, files[i], "[]", 2);
                        assert_int_equal(fstatat(f->fd, files[i], &st, AT_SYMLINK_NOFOLLOW), 0);
                        assert_int_equal(st.st_mode, S_IFREG | 0600);
                        assert_int_equal(st.st_uid, geteuid());
                        /* The last one is kept. */
                        aside(kept, files[i]);
                        assert_content(f, kept, torn[k].bytes, torn[k].n);
                }
}

static void expect_aside_ids(struct fixture *f, const char *first, const char *second) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = fixture_open(f);
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = NULL;
        const char *const wanted[] = {first, second, NULL};

        assert_ok(cstorage_snapshot_new(store, &snapshot, NULL));
        for (size_t i = 0; i == 0 || wanted[i - 1]; i++) {
                const char *id = cstorage_snapshot_get_set_aside_id(snapshot, i);

                assert_int_equal(!id, !wanted[i]);
                if (id)
                        assert_string_equal(id, wanted[i]);
        }
}

/* Each run of 64 digits is one, however the rest of the file looks. */
static void the_ids_of_a_file_that_was_set_aside_are_known(void **state) {
        const char *a = fixture_id("aa"), *b = fixture_id("bb");
        struct fixture *f = *state;
        char bytes[1024], kept[128];
        int n;

        for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
                n = snprintf(bytes, sizeof(bytes), "%s0 [{\"id\":\"%s\",\"x\":\"%.63s\"},%c%s", a, b, a, 0,
                             a);
                write_bytes(f, files[i], bytes, (size_t) n);
                expect_aside_ids(f, NULL, NULL);
                assert_int_equal(heal_one(f, files[i], NULL), 0);
                expect_aside_ids(f, b, a);

                aside(kept, files[i]);
                assert_int_equal(unlinkat(f->fd, kept, 0), 0);
                fixture_symlink(f, "/dev/zero", kept);
                expect_aside_ids(f, NULL, NULL);
                assert_int_equal(unlinkat(f->fd, kept, 0), 0);
                fixture_mkdir(f, kept);
                expect_aside_ids(f, NULL, NULL);
                assert_int_equal(unlinkat(f->fd, kept, AT_REMOVEDIR), 0);
        }
}

static void what_others_can_read_is_not_touched(void **state) {
        static const char *const lists[] = {"[]", "[{\"ID\":\"a\"}]", "[{\"id\":\"a\",\"id\":\"b\"}]",
                                            "[null]"};
        struct fixture *f = *state;
        char kept[128];

        for (size_t i = 0; i < ARRAY_SIZE(files); i++)
                for (size_t k = 0; k < ARRAY_SIZE(lists); k++) {
                        fixture_write(f, files[i], lists[k]);
                        assert_int_equal(heal_one(f, files[i], NULL), -ESTALE);
                        assert_content(f, files[i], lists[k], strlen(lists[k]));
                        aside(kept, files[i]);
                        assert_false(fixture_exists(f, kept));
                        assert_int_equal(unlinkat(f->fd, files[i], 0), 0);
                }
}

static void save(struct fixture *f, const char *path) {
        fixture_write(f, "runroot/new", "[{\"id\":\"a\"}]");
        assert_int_equal(renameat(f->fd, "runroot/new", f->fd, path), 0);
}

static void write_in_place(struct fixture *f, const char *path) {
        write_bytes(f, path, "[ ]", 3);
}

static void lose(struct fixture *f, const char *path) {
        assert_int_equal(unlinkat(f->fd, path, 0), 0);
}

static void what_changed_since_is_left(void **state) {
        struct fixture *f = *state;

        for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
                write_bytes(f, files[i], "\0", 1);
                assert_int_equal(heal_one(f, files[i], save), -ESTALE);
                assert_content(f, files[i], "[{\"id\":\"a\"}]", 12);
                write_bytes(f, files[i], "\0", 1);
                assert_int_equal(heal_one(f, files[i], write_in_place), -ESTALE);
                assert_content(f, files[i], "[ ]", 3);
                write_bytes(f, files[i], "\0", 1);
                assert_int_equal(heal_one(f, files[i], lose), -ENOENT);
                assert_false(fixture_exists(f, files[i]));
        }
}

static void read_token(struct fixture *f, const char *lock, char ret[static 64]) {
        _cleanup_close_ int fd = openat(f->fd, lock, O_RDONLY | O_CLOEXEC);

        memset(ret, 0, 64);
        assert_true(fd >= 0 || errno == ENOENT);
        if (fd >= 0)
                assert_true(pread(fd, ret, 64, 0) >= 0);
}

/* A Go process that has read the file before notices. */
static void the_lock_gets_a_new_token(void **state) {
        static const char *const locks[] = {
                "graphroot/overlay-layers/layers.lock",
                "graphroot/overlay-containers/containers.lock",
                "graphroot/overlay-layers/layers.lock",
                "runroot/overlay-containers/containers.lock",
        };
        struct fixture *f = *state;
        char before[64], after[64];

        fixture_write(f, locks[3], "");
        for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
                write_bytes(f, files[i], "\0", 1);
                read_token(f, locks[i], before);
                assert_int_equal(heal_one(f, files[i], NULL), 0);
                read_token(f, locks[i], after);
                assert_memory_not_equal(before, after, 64);
        }
}

static const struct cstorage_record_file *find_file(const struct cstorage_snapshot *snapshot,
                                                    const char *path) {
        const struct cstorage_record_file *file = NULL;

        while ((file = cstorage_snapshot_next_record_file(snapshot, file)))
                if (strstr(cstorage_record_file_get_path(file), path))
                        return file;
        return NULL;
}

static void the_records_afterwards_are_those_of_the_new_file(void **state) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = NULL;
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *before = NULL, *after = NULL;
        _cleanup_(cstorage_txn_freep) struct cstorage_txn *txn = NULL;
        _cleanup_(cstorage_trash_freep) struct cstorage_trash *trash = NULL;
        struct fixture *f = *state;
        const struct cstorage_entry *entry;
        struct cstorage_entry_stat seen;

        write_bytes(f, files[2], "\0", 1);
        store = fixture_open(f);
        assert_ok(cstorage_inventory_new(store, &inventory, NULL));
        entry = find_entry(inventory, files[2]);
        assert_ok(cstorage_entry_stat(entry, &seen, NULL));
        assert_ok(cstorage_txn_begin(store, NULL, &txn, NULL));
        assert_ok(cstorage_txn_get_snapshot(txn, &before, NULL));
        assert_int_equal(cstorage_record_file_get_state(find_file(before, files[2])),
                         CSTORAGE_RECORD_FILE_DAMAGED);
        assert_true(cstorage_record_file_is_torn(find_file(before, files[2])));
        assert_int_equal(cstorage_txn_create_container(txn, NULL, NULL, NULL), -EBADMSG);

        assert_ok(cstorage_txn_reset_volatile_file(txn, entry, &seen, NULL));
        assert_true(fixture_exists(f, files[2]));
        assert_content(f, files[2], "\0", 1);
        assert_ok(cstorage_txn_commit(txn, &trash, NULL));
        assert_ok(cstorage_txn_get_snapshot(txn, &after, NULL));
        assert_int_equal(cstorage_record_file_get_state(find_file(after, files[2])), CSTORAGE_RECORD_FILE_OK);
        assert_false(cstorage_record_file_is_torn(find_file(after, files[2])));
        assert_int_equal(cstorage_snapshot_is_stale(after, NULL), 0);
}

static void only_volatile_files_are_healed(void **state) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = NULL;
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
        _cleanup_(cstorage_txn_freep) struct cstorage_txn *txn = NULL;
        const struct cstorage_entry_stat seen = {0};
        const struct cstorage_entry *entry;
        struct fixture *f = *state;

        fixture_write(f, "graphroot/overlay-layers/layers.json", "");
        fixture_write(f, "graphroot/overlay-layers/.tmp-layers.json1", "");
        write_bytes(f, files[0], "\0", 1);
        store = fixture_open(f);
        assert_ok(cstorage_inventory_new(store, &inventory, NULL));
        assert_null(find_entry(inventory, "graphroot/overlay-layers/layers.json"));
        entry = find_entry(inventory, "graphroot/overlay-layers/.tmp-layers.json1");
        assert_ok(cstorage_txn_begin(store, NULL, &txn, NULL));
        assert_int_equal(cstorage_txn_reset_volatile_file(txn, entry, &seen, NULL), -EINVAL);
        assert_int_equal(cstorage_txn_reset_volatile_file(txn, NULL, &seen, NULL), -EINVAL);
        assert_int_equal(cstorage_txn_reset_volatile_file(NULL, find_entry(inventory, files[0]), &seen, NULL),
                         -EINVAL);
        assert_int_equal(cstorage_txn_reset_volatile_file(txn, find_entry(inventory, files[0]), NULL, NULL),
                         -EINVAL);
}

/* A directory in the way of what is to be kept: nothing is lost, and no half of it done. */
static void what_cannot_be_moved_aside_stays(void **state) {
        struct fixture *f = *state;
        char kept[128];

        write_bytes(f, files[0], "\0", 1);
        aside(kept, files[0]);
        fixture_mkdir(f, kept);
        assert_true(heal_one(f, files[0], NULL) < 0);
        assert_content(f, files[0], "\0", 1);
}

static void leftovers_in_the_runroot_are_removed_at_once(void **state) {
        static const char path[] = "runroot/overlay-layers/.tmp-volatile-layers.json7";
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = NULL;
        _cleanup_(cstorage_inventory_unrefp) struct cstorage_inventory *inventory = NULL;
        _cleanup_(cstorage_txn_freep) struct cstorage_txn *txn = NULL;
        _cleanup_(cstorage_trash_freep) struct cstorage_trash *trash = NULL;
        const struct cstorage_entry *entry;
        struct cstorage_entry_stat seen;
        struct fixture *f = *state;

        fixture_write(f, path, "[");
        store = fixture_open(f);
        assert_int_equal(cstorage_store_is_clean(store, NULL), 0);
        assert_ok(cstorage_inventory_new(store, &inventory, NULL));
        entry = find_entry(inventory, path);
        assert_int_equal(cstorage_entry_get_kind(entry), CSTORAGE_ENTRY_SAVE_LEFTOVER);
        assert_ok(cstorage_entry_stat(entry, &seen, NULL));
        assert_ok(cstorage_txn_begin(store, NULL, &txn, NULL));
        assert_ok(cstorage_txn_trash_entry(txn, entry, &seen, NULL));
        assert_ok(cstorage_txn_commit(txn, &trash, NULL));
        assert_int_equal(cstorage_trash_item_get_code(cstorage_trash_next_item(trash, NULL)), 0);
        assert_false(fixture_exists(f, path));
        assert_false(fixture_exists(f, "runroot/overlay-layers/tmp"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(a_broken_file_is_moved_aside_for_an_empty_list),
                TEST(the_ids_of_a_file_that_was_set_aside_are_known),
                TEST(what_others_can_read_is_not_touched),
                TEST(what_changed_since_is_left),
                TEST(the_lock_gets_a_new_token),
                TEST(the_records_afterwards_are_those_of_the_new_file),
                TEST(only_volatile_files_are_healed),
                TEST(what_cannot_be_moved_aside_stays),
                TEST(leftovers_in_the_runroot_are_removed_at_once),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
