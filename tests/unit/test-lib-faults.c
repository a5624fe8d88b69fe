/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A collection in which one call fails: each call of each kind in turn, by the linker's --wrap. Whatever
 * fails, what is recorded stays, what was moved is reported as done or is back in its place, nothing leaks,
 * no lock is left behind, and the next collection finds all that this one left.
 */

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "base/cleanup.h"
#include "base/kernel.h"
#include "fixture.h"
#include "tree/delete.h"
#include "unit.h"

#define LINK      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define KEPT_LINK "BBCDEFGHIJKLMNOPQRSTUVWXYZ"

/* More than any of the calls is made; a loop that comes here does not end. */
#define CALLS_MAX 2000U

/* -------------------------------------------------------------------------------- what is made to fail */

static const char *armed; /* how the function's name begins; NULL: none */
static bool always;       /* not once, but each time */
static unsigned countdown;
static int failure;

static bool fails(const char *function) {
        if (!armed || strncmp(function, armed, strlen(armed)) != 0)
                return false;
        if (!always && (countdown == 0 || --countdown > 0))
                return false;
        errno = failure;
        return true;
}

/* Wrapped functions: what they return, what they take, what they hand on, and what failing looks like. */
#define WRAP(type, name, parameters, arguments, failed)                                                      \
        type __real_##name parameters;                                                                       \
        type __wrap_##name parameters;                                                                       \
        type __wrap_##name parameters {                                                                      \
                return fails(#name) ? (failed) : __real_##name arguments;                                    \
        }

WRAP(void *, malloc, (size_t n), (n), NULL)
WRAP(void *, calloc, (size_t n, size_t size), (n, size), NULL)
WRAP(void *, reallocarray, (void *p, size_t n, size_t size), (p, n, size), NULL)
WRAP(char *, strdup, (const char *s), (s), NULL)
WRAP(char *, strndup, (const char *s, size_t n), (s, n), NULL)
int __wrap_asprintf(char **ret, const char *format, ...) _printf_(2, 3);
int __wrap_asprintf(char **ret, const char *format, ...) {
        va_list args;
        int n;

        if (fails("asprintf"))
                return -1;
        va_start(args, format);
        n = vasprintf(ret, format, args);
        va_end(args);
        return n;
}

WRAP(int, kernel_statx, (int fd, const char *path, int flags, unsigned mask, struct statx *ret),
     (fd, path, flags, mask, ret), -1)
WRAP(ssize_t, writev, (int fd, const struct iovec *pieces, int n), (fd, pieces, n), -1)
WRAP(bool, subvolume_is, (int fd), (fd), true)
WRAP(int, subvolume_default_path, (int fd, char **ret), (fd, ret), -EOPNOTSUPP)

static bool take_name; /* another process takes the new name first */

int __real_kernel_renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags);
int __wrap_kernel_renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags);
int __wrap_kernel_renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags) {
        if (!fails("kernel_renameat2"))
                return __real_kernel_renameat2(from_fd, from, to_fd, to, flags);
        if (take_name)
                assert_int_equal(mkdirat(to_fd, to, 0700), 0);
        errno = failure;
        return -1;
}

/* What of a layer's own directory was removed, in order. */
static char unlinked[64][256];
static size_t n_unlinked;

int __real_unlinkat(int fd, const char *path, int flags);
int __wrap_unlinkat(int fd, const char *path, int flags);
int __wrap_unlinkat(int fd, const char *path, int flags) {
        int r = fails("unlinkat") ? -1 : __real_unlinkat(fd, path, flags);

        if (r == 0 && n_unlinked < ARRAY_SIZE(unlinked))
                (void) snprintf(unlinked[n_unlinked++], sizeof(unlinked[0]), "%s", path);
        return r;
}

WRAP(int, mkdirat, (int fd, const char *path, mode_t mode), (fd, path, mode), -1)
WRAP(ssize_t, readlinkat, (int fd, const char *path, char *buffer, size_t n), (fd, path, buffer, n), -1)
WRAP(long, syscall, (long number, long a, long b, long c, long d, long e, long f), (number, a, b, c, d, e, f),
     -1)
WRAP(int, fcntl, (int fd, int command, void *argument), (fd, command, argument), -1)
WRAP(int, fcntl64, (int fd, int command, void *argument), (fd, command, argument), -1)

/* -------------------------------------------------------------------------------------- the collection */

struct result {
        bool committed;
        size_t n;
        struct {
                char path[512];
                int code;
        } items[64];
};

static bool is_kept(const struct cstorage_entry *entry) {
        const char *id = cstorage_entry_get_id(entry);

        return id && strncmp(id, "cd", 2) == 0;
}

static int trash_all(struct cstorage_txn *txn, const struct cstorage_inventory *inventory) {
        const struct cstorage_entry *entry = NULL;
        int r;

        while ((entry = cstorage_inventory_next(inventory, entry))) {
                struct cstorage_entry_stat seen;

                if (is_kept(entry))
                        continue;
                r = cstorage_entry_stat(entry, &seen, NULL);
                if (r < 0)
                        return r;
                r = cstorage_entry_get_kind(entry) == CSTORAGE_ENTRY_VOLATILE_FILE
                            ? cstorage_txn_reset_volatile_file(txn, entry, &seen, NULL)
                            : cstorage_txn_trash_entry(txn, entry, &seen, NULL);
                if (r < 0)
                        return r;
        }
        return 0;
}

static void note_items(struct result *result, const struct cstorage_trash *trash) {
        const struct cstorage_trash_item *item = NULL;

        while ((item = cstorage_trash_next_item(trash, item))) {
                const struct cstorage_entry *entry = cstorage_trash_item_get_entry(item);

                assert_true(result->n < 64);
                (void) snprintf(result->items[result->n].path, sizeof(result->items[0].path), "%s",
                                cstorage_entry_get_path(entry));
                result->items[result->n++].code = cstorage_trash_item_get_code(item);
                assert_int_equal(cstorage_trash_item_get_code(item) < 0,
                                 cstorage_trash_item_get_text(item)[0] != '\0');
        }
}

static void empty_trash(struct cstorage_trash *trash) {
        struct cstorage_trash_dir *dir = NULL;

        while ((dir = cstorage_trash_next_dir(trash, dir))) {
                _cleanup_tree_result_ struct tree_result result = TREE_RESULT_INIT;
                struct cstorage_error error = {0};
                int r;

                assert_non_null(cstorage_trash_dir_get_path(dir));
                if (cstorage_trash_dir_lock(dir, NULL) < 0)
                        continue;
                if (cstorage_trash_dir_get_fd(dir) >= 0)
                        (void) tree_remove(cstorage_trash_dir_get_fd(dir), NULL, &result, NULL);
                r = cstorage_trash_dir_remove(dir, &error);
                assert_int_equal(r < 0 ? error.code : 0, r);
        }
}

static int collect(struct fixture *f, struct result *result, struct cstorage_error *reterr) {
        struct cstorage_store *store = NULL;
        struct cstorage_inventory *inventory = NULL;
        struct cstorage_snapshot *snapshot = NULL;
        struct cstorage_txn *txn = NULL;
        struct cstorage_trash *trash = NULL;
        int r;

        r = cstorage_store_open(f->config, &store, reterr);
        if (r >= 0)
                r = cstorage_inventory_new(store, &inventory, reterr);
        if (r >= 0)
                r = cstorage_snapshot_new(store, &snapshot, reterr);
        if (r >= 0)
                r = cstorage_txn_begin(store, NULL, &txn, reterr);
        if (r >= 0 && trash_all(txn, inventory) >= 0) {
                r = cstorage_txn_commit(txn, &trash, reterr);
                result->committed = r >= 0;
        }
        if (result->committed) {
                note_items(result, trash);
                empty_trash(trash);
        }
        cstorage_trash_free(trash);
        cstorage_txn_free(txn);
        cstorage_snapshot_unref(snapshot);
        cstorage_inventory_unref(inventory);
        cstorage_store_unref(store);
        return r;
}

/* ---------------------------------------------------------------------------------------- the store */

static void fill(struct fixture *f) {
        char path[512], text[512];

        fixture_add_layer_dir(f, fixture_id("cd"), KEPT_LINK);
        (void) snprintf(text, sizeof(text), "[{\"id\":\"%s\",\"created\":\"2026-01-01T00:00:00Z\"}]",
                        fixture_id("cd"));
        fixture_write(f, "graphroot/overlay-layers/layers.json", text);

        fixture_add_layer_dir(f, fixture_id("ab"), LINK);
        (void) snprintf(path, sizeof(path), "graphroot/overlay-layers/%s.tar-split.gz", fixture_id("ab"));
        fixture_write(f, path, "x");
        (void) snprintf(path, sizeof(path), "graphroot/overlay-containers/%s/userdata/f", fixture_id("ef"));
        fixture_write(f, path, "x");
        fixture_write(f, "graphroot/overlay-layers/.tmp-layers.json123", "[");
        fixture_write(f, "graphroot/overlay/tempdirs/temp-dir-42/0-x/file", "x");
        fixture_write(f, "graphroot/overlay/tempdirs/lock-42", "");
        fixture_write(f, "graphroot/overlay/staging/7/staging.lock", "");
        fixture_mkdir(f, "graphroot/overlay/staging/7/dir");
}

static size_t count_descriptors(void) {
        DIR *dir = opendir("/proc/self/fd");
        size_t n = 0;

        assert_non_null(dir);
        while (readdir(dir))
                n++;
        (void) closedir(dir);
        return n;
}

static void assert_unlocked(struct fixture *f, const char *path) {
        static const struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
        _cleanup_close_ int fd = openat(f->fd, path, O_RDWR | O_CLOEXEC);

        assert_true(fd >= 0 || errno == ENOENT);
        if (fd >= 0)
                assert_int_equal(fcntl(fd, F_OFD_SETLK, &lock), 0);
}

static void assert_kept(struct fixture *f) {
        char path[512];

        (void) snprintf(path, sizeof(path), "graphroot/overlay/%s/diff/etc/passwd", fixture_id("cd"));
        assert_true(fixture_exists(f, path));
        assert_true(fixture_exists(f, "graphroot/overlay/l/" KEPT_LINK));
        assert_true(fixture_exists(f, "graphroot/overlay-layers/layers.json"));
}

static void assert_untouched(struct fixture *f) {
        char path[512];

        (void) snprintf(path, sizeof(path), "graphroot/overlay/%s/diff/etc/passwd", fixture_id("ab"));
        assert_true(fixture_exists(f, path));
        assert_true(fixture_exists(f, "graphroot/overlay/l/" LINK));
        assert_true(fixture_exists(f, "graphroot/overlay/staging/7/dir"));
        assert_true(fixture_exists(f, "graphroot/overlay/tempdirs/temp-dir-42/0-x/file"));
        assert_true(fixture_exists(f, "graphroot/overlay-layers/.tmp-layers.json123"));
}

static void assert_results(struct fixture *f, const struct result *result) {
        for (size_t i = 0; i < result->n; i++)
                if (result->items[i].code < 0)
                        assert_true(fixture_exists(f, result->items[i].path));
}

/* Directories that a fault left are found by the next, with all in them. */
static void assert_next_finishes(struct fixture *f) {
        struct result result = {0};
        struct cstorage_error error = {0};

        assert_ok(collect(f, &result, &error));
        for (size_t i = 0; i < result.n; i++) {
                if (result.items[i].code < 0)
                        fail_msg("%s: %d", result.items[i].path, result.items[i].code);
                assert_true(faccessat(AT_FDCWD, result.items[i].path, F_OK, AT_SYMLINK_NOFOLLOW) < 0);
        }
        result = (struct result){0};
        assert_ok(collect(f, &result, &error));
        assert_int_equal(result.n, 0);
        assert_kept(f);
}

/* False where the call was not made that often. */
static bool try_one(const char *function, unsigned n, int code) {
        struct cstorage_error error = {.text = ""};
        struct result result = {0};
        struct fixture *f;
        void *state;
        size_t before;
        bool hit;
        int r;

        assert_int_equal(fixture_setup(&state), 0);
        f = state;
        fill(f);
        before = count_descriptors();

        failure = code;
        countdown = n;
        armed = function;
        r = collect(f, &result, &error);
        armed = NULL;
        hit = countdown == 0;

        assert_int_equal(count_descriptors(), before);
        if (r < 0) {
                assert_int_equal(error.code, r);
                assert_true(error.text[0] != '\0');
        }
        assert_kept(f);
        if (!result.committed)
                assert_untouched(f);
        assert_results(f, &result);
        assert_unlocked(f, "graphroot/overlay-layers/layers.lock");
        assert_unlocked(f, "graphroot/overlay-images/images.lock");
        assert_unlocked(f, "graphroot/overlay-containers/containers.lock");
        assert_unlocked(f, "graphroot/overlay/tempdirs/lock-42");
        assert_next_finishes(f);
        assert_int_equal(fixture_teardown(&state), 0);
        return hit;
}

static void try_all(const char *function, int code) {
        unsigned n = 1;

        while (try_one(function, n, code))
                assert_true(n++ < CALLS_MAX);
        print_message("%s: %u calls\n", function, n - 1);
}

static void without_memory_nothing_is_lost(void **state) {
        static const char *const functions[] = {"malloc", "calloc",  "reallocarray",
                                                "strdup", "strndup", "asprintf"};

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(functions); i++)
                try_all(functions[i], ENOMEM);
}

static void what_cannot_be_opened_is_not_lost(void **state) {
        (void) state;
        try_all("syscall", EMFILE);
        try_all("readlinkat", EIO);
        try_all("syscall", EIO);
}

static void what_cannot_be_looked_at_is_not_lost(void **state) {
        (void) state;
        try_all("kernel_statx", EIO);
}

static void what_cannot_be_moved_is_where_it_was(void **state) {
        (void) state;
        try_all("kernel_renameat2", EIO);
        try_all("kernel_renameat2", EXDEV);
        try_all("kernel_renameat2", ENOSPC);
        try_all("unlinkat", EIO);
        try_all("mkdirat", ENOSPC);
        try_all("mkdirat", EACCES);
}

/* NFS, for one. */
static void a_file_system_that_knows_no_flags_will_do(void **state) {
        struct cstorage_error error;
        struct result result = {0};

        fill(*state);
        armed = "kernel_renameat2";
        always = true;
        failure = EINVAL;
        assert_ok(collect(*state, &result, &error));
        armed = NULL;
        always = false;
        for (size_t i = 0; i < result.n; i++)
                assert_int_equal(result.items[i].code, 0);
        assert_true(result.n > 0);
        assert_kept(*state);
}

/* ------------------------------------------------------------------- what cannot be renamed, a full disk */

static int code_of(const struct result *result, struct fixture *f, const char *path) {
        for (size_t i = 0; i < result->n; i++)
                if (strcmp(result->items[i].path + strlen(f->top) + 1, path) == 0)
                        return result->items[i].code;
        fail_msg("%s is no item", path);
        return 0;
}

static char *layer_path(const char *digits, const char *below) {
        static char path[4][256];
        static unsigned next;
        char *p = path[next++ % 4];

        (void) snprintf(p, sizeof(path[0]), "graphroot/overlay/%s%s", fixture_id(digits), below);
        return p;
}

static struct result collect_failing(struct fixture *f, const char *function, int code) {
        struct cstorage_error error = {.text = ""};
        struct result result = {0};

        armed = function;
        always = true;
        failure = code;
        assert_ok(collect(f, &result, &error));
        armed = NULL;
        always = false;
        return result;
}

/* The stub of a btrfs subvolume, a directory of another project quota, no room for a temp dir. */
static void an_empty_directory_that_cannot_be_renamed_is_removed_in_place(void **state) {
        static const struct {
                const char *function;
                int code;
        } faults[] = {
                {"kernel_renameat2", ENOTEMPTY}, {"kernel_renameat2", EXDEV}, {"kernel_renameat2", EPERM},
                {"kernel_renameat2", ENOSPC},    {"mkdirat", ENOSPC},         {"mkdirat", EROFS},
        };

        for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
                struct result result;

                fixture_mkdir(*state, layer_path("e1", ""));
                result = collect_failing(*state, faults[i].function, faults[i].code);
                assert_int_equal(code_of(&result, *state, layer_path("e1", "")), 0);
                assert_false(fixture_exists(*state, layer_path("e1", "")));
        }
}

static void what_is_not_empty_or_is_a_mount_point_stays_if_it_cannot_be_renamed(void **state) {
        struct result result;

        fixture_mkdir(*state, layer_path("e1", ""));
        fixture_write(*state, layer_path("e2", "/diff/f"), "x");
        result = collect_failing(*state, "kernel_renameat2", EXDEV);
        assert_int_equal(code_of(&result, *state, layer_path("e2", "")), -EXDEV);
        assert_true(fixture_exists(*state, layer_path("e2", "/diff/f")));

        fixture_mkdir(*state, layer_path("e1", ""));
        result = collect_failing(*state, "kernel_renameat2", EBUSY);
        assert_int_equal(code_of(&result, *state, layer_path("e1", "")), -EBUSY);
        assert_true(fixture_exists(*state, layer_path("e1", "")));
}

static size_t removed_at(const char *name) {
        for (size_t i = 0; i < n_unlinked; i++)
                if (strcmp(unlinked[i], name) == 0)
                        return i;
        fail_msg("%s was not removed", name);
        return 0;
}

/* Killed after any of these steps, it leaves a layer that the next run takes for one. */
static void on_a_disk_that_stays_full_link_and_lower_go_last(void **state) {
        static const char *const last[] = {"lower-layers", "lower", "link", "diff"};
        static const char *const others[] = {"f", "a", "f-of-work", "work", "merged", ".dotfile"};
        struct result result;

        fixture_add_layer_dir(*state, fixture_id("ab"), LINK);
        fixture_write(*state, layer_path("ab", "/diff/a/f"), "x");
        fixture_write(*state, layer_path("ab", "/work/f-of-work"), "x");
        fixture_write(*state, layer_path("ab", "/.dotfile"), "x");
        fixture_write(*state, layer_path("ab", "/lower"), "l/" KEPT_LINK);
        fixture_write(*state, layer_path("ab", "/lower-layers"), fixture_id("cd"));
        fixture_mkdir(*state, layer_path("ab", "/merged"));

        n_unlinked = 0;
        result = collect_failing(*state, "mkdirat", ENOSPC);
        assert_int_equal(code_of(&result, *state, layer_path("ab", "")), 0);
        assert_false(fixture_exists(*state, layer_path("ab", "")));
        for (size_t i = 0; i < ARRAY_SIZE(others); i++)
                assert_true(removed_at(others[i]) < removed_at(last[0]));
        for (size_t i = 1; i < ARRAY_SIZE(last); i++)
                assert_true(removed_at(last[i - 1]) < removed_at(last[i]));
}

/* ------------------------------------------------------------------------------------- single decisions */

/* Without flags, rename(2) would replace an empty directory. */
static void a_name_that_is_taken_is_not_replaced(void **state) {
        struct result result;

        fixture_add_layer_dir(*state, fixture_id("ab"), LINK);
        take_name = true;
        result = collect_failing(*state, "kernel_renameat2", EINVAL);
        take_name = false;
        assert_int_equal(code_of(&result, *state, layer_path("ab", "")), -EEXIST);
        assert_true(fixture_exists(*state, layer_path("ab", "/diff/etc/passwd")));
        assert_true(fixture_exists(*state, "graphroot/overlay/l/" LINK));
}

/* Between the look and the lock another process has taken it. */
static void a_staging_entry_that_is_locked_meanwhile_is_busy(void **state) {
        const char *const path = "graphroot/overlay/staging/7";
        unsigned n_busy = 0;

        countdown = 0;
        for (unsigned n = 1; countdown == 0 && n < CALLS_MAX; n++) {
                struct cstorage_error error = {.text = ""};
                struct result result = {0};

                fixture_write(*state, "graphroot/overlay/staging/7/staging.lock", "");
                failure = EAGAIN;
                countdown = n;
                armed = "fcntl";
                if (collect(*state, &result, &error) < 0)
                        result.committed = false;
                armed = NULL;
                n_busy += result.committed && code_of(&result, *state, path) == -EBUSY;
        }
        assert_int_equal(n_busy, 1);
}

/* Its records are as good as lost: with no room for an empty list, no list at all says the same. */
static void on_a_full_disk_a_torn_file_is_moved_aside_alone(void **state) {
        static const char path[] = "graphroot/overlay-containers/volatile-containers.json";
        struct result result;

        fixture_write(*state, path, "[{");
        result = collect_failing(*state, "writev", EIO);
        assert_int_equal(code_of(&result, *state, path), -EIO);
        assert_true(fixture_exists(*state, path));

        result = collect_failing(*state, "writev", ENOSPC);
        assert_int_equal(code_of(&result, *state, path), 0);
        assert_false(fixture_exists(*state, path));
        assert_true(fixture_exists(*state, "graphroot/overlay-containers/volatile-containers.json.torn"));
}

/* Without libbtrfsutil nothing is known of the default subvolume; but only a subvolume can be that. */
static void without_libbtrfsutil_other_directories_are_removed(void **state) {
        struct result result;

        fixture_add_layer_dir(*state, fixture_id("ab"), LINK);
        fixture_write(*state, "graphroot/overlay-layers/.tmp-layers.json123", "[");
        result = collect_failing(*state, "subvolume_", 0);
        assert_int_equal(result.n, 2);
        assert_int_equal(code_of(&result, *state, layer_path("ab", "")), 0);
        assert_int_equal(code_of(&result, *state, "graphroot/overlay-layers/.tmp-layers.json123"), 0);
}

static void a_lock_that_fails_ends_it(void **state) {
        (void) state;
        try_all("fcntl", ENOLCK);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(without_memory_nothing_is_lost),
                cmocka_unit_test(what_cannot_be_opened_is_not_lost),
                cmocka_unit_test(what_cannot_be_looked_at_is_not_lost),
                cmocka_unit_test(what_cannot_be_moved_is_where_it_was),
                cmocka_unit_test_setup_teardown(a_file_system_that_knows_no_flags_will_do, fixture_setup,
                                                fixture_teardown),
                cmocka_unit_test_setup_teardown(an_empty_directory_that_cannot_be_renamed_is_removed_in_place,
                                                fixture_setup, fixture_teardown),
                cmocka_unit_test_setup_teardown(
                        what_is_not_empty_or_is_a_mount_point_stays_if_it_cannot_be_renamed, fixture_setup,
                        fixture_teardown),
                cmocka_unit_test_setup_teardown(on_a_disk_that_stays_full_link_and_lower_go_last,
                                                fixture_setup, fixture_teardown),
                cmocka_unit_test_setup_teardown(a_name_that_is_taken_is_not_replaced, fixture_setup,
                                                fixture_teardown),
                cmocka_unit_test_setup_teardown(a_staging_entry_that_is_locked_meanwhile_is_busy,
                                                fixture_setup, fixture_teardown),
                cmocka_unit_test_setup_teardown(on_a_full_disk_a_torn_file_is_moved_aside_alone,
                                                fixture_setup, fixture_teardown),
                cmocka_unit_test_setup_teardown(without_libbtrfsutil_other_directories_are_removed,
                                                fixture_setup, fixture_teardown),
                cmocka_unit_test(a_lock_that_fails_ends_it),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
