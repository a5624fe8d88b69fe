/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Commits in which one call fails, or at which the process dies: each call of each kind in turn, by the
 * linker's --wrap. A commit that failed left the store as it was. After one that was killed the store can be
 * read, the next change mends it, and doing it again comes to its end. Unchanged objects always exist.
 */

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "fixture.h"
#include "unit.h"

DEFINE_CLEANUP(struct cstorage_store *, cstorage_store_unref);
DEFINE_CLEANUP(struct cstorage_snapshot *, cstorage_snapshot_unref);

#define LAYER     CSTORAGE_OBJECT_LAYER
#define IMAGE     CSTORAGE_OBJECT_IMAGE
#define CONTAINER CSTORAGE_OBJECT_CONTAINER

/* More than any of the calls is made; a loop that comes here does not end. */
#define CALLS_MAX 1000U

/* What a child says by its exit status. */
#define EXIT_FAILED 1 /* the commit did */
#define EXIT_DIED   2 /* where it was told to */

/* -------------------------------------------------------------------------------- what is made to fail */

static const char *armed;  /* the function; NULL: none */
static const char *to_arm; /* it, once all is said and is to be done */
static unsigned countdown;
static int failure; /* 0: die */

static bool fails(const char *function) {
        if (!armed || strcmp(armed, function) != 0 || countdown == 0 || --countdown > 0)
                return false;
        if (failure == 0)
                _exit(EXIT_DIED);
        errno = failure;
        return true;
}

#define WRAP(type, name, parameters, arguments, failed)                                                      \
        type __real_##name parameters;                                                                       \
        type __wrap_##name parameters;                                                                       \
        type __wrap_##name parameters {                                                                      \
                return fails(#name) ? (failed) : __real_##name arguments;                                    \
        }

WRAP(void *, calloc, (size_t n, size_t size), (n, size), NULL)
WRAP(void *, reallocarray, (void *p, size_t n, size_t size), (p, n, size), NULL)
WRAP(int, openat64, (int fd, const char *path, int flags, mode_t mode), (fd, path, flags, mode), -1)
WRAP(int, renameat, (int from_fd, const char *from, int to_fd, const char *to), (from_fd, from, to_fd, to),
     -1)
WRAP(int, kernel_renameat2, (int from_fd, const char *from, int to_fd, const char *to, unsigned flags),
     (from_fd, from, to_fd, to, flags), -1)
WRAP(int, linkat, (int from_fd, const char *from, int to_fd, const char *to, int flags),
     (from_fd, from, to_fd, to, flags), -1)
WRAP(int, symlinkat, (const char *target, int fd, const char *path), (target, fd, path), -1)
WRAP(int, unlinkat, (int fd, const char *path, int flags), (fd, path, flags), -1)
WRAP(int, mkdirat, (int fd, const char *path, mode_t mode), (fd, path, mode), -1)
WRAP(ssize_t, writev, (int fd, const struct iovec *pieces, int n), (fd, pieces, n), -1)
WRAP(ssize_t, write, (int fd, const void *bytes, size_t n), (fd, bytes, n), -1)
WRAP(ssize_t, pwrite64, (int fd, const void *bytes, size_t n, off_t at), (fd, bytes, n, at), -1)
WRAP(int, fdatasync, (int fd), (fd), -1)
WRAP(int, fsync, (int fd), (fd), -1)
WRAP(int, fchmod, (int fd, mode_t mode), (fd, mode), -1)
WRAP(long, syscall, (long number, long a, long b, long c, long d, long e, long f), (number, a, b, c, d, e, f),
     -1)

/* Those that write: to die anywhere else is to die before the next of them. */
static const char *const writing[] = {
        "openat64", "renameat", "kernel_renameat2", "linkat",    "symlinkat", "unlinkat", "mkdirat",
        "writev",   "write",    "pwrite64",         "fdatasync", "fsync",     "fchmod",   NULL,
};

static const char *const others[] = {"calloc", "reallocarray", "syscall", NULL};

/* ------------------------------------------------------------------------------------------- a change */

static int add_layer(struct cstorage_txn *txn, const char *digits, const char *parent) {
        const struct cstorage_layer_options options = {.size = sizeof(options),
                                                       .id = fixture_id(digits),
                                                       .parent = parent};

        return cstorage_txn_create_layer(txn, &options, NULL, NULL);
}

static int add_image(struct cstorage_txn *txn, const char *digits, const char *layer, const char *name) {
        const char *const names[] = {name, NULL};
        const struct cstorage_image_options options = {.size = sizeof(options),
                                                       .id = fixture_id(digits),
                                                       .names = names,
                                                       .layer = layer};
        int r;

        r = cstorage_txn_create_image(txn, &options, NULL, NULL);
        if (r < 0)
                return r;
        return cstorage_txn_set_big_data(txn, IMAGE, fixture_id(digits), "manifest", "{}", 2, NULL, NULL);
}

static int add_container(struct cstorage_txn *txn, const char *digits, const char *image, uint64_t flags) {
        char layer[65];
        struct cstorage_container_options options = {.size = sizeof(options),
                                                     .flags = flags,
                                                     .id = fixture_id(digits),
                                                     .image = image};
        int r;

        (void) snprintf(layer, sizeof(layer), "%s", fixture_id(digits));
        layer[63] = 'f';
        options.layer = layer;
        r = cstorage_txn_create_container(txn, &options, NULL, NULL);
        if (r < 0)
                return r;
        return cstorage_txn_make_directory(txn, CONTAINER, fixture_id(digits), false, NULL, NULL);
}

/* What is there before, and what stays of it: 1a, 2a and 3a. */
static int make_world(struct cstorage_txn *txn) {
        int r = add_layer(txn, "1a", NULL);

        if (r >= 0)
                r = add_image(txn, "2a", fixture_id("1a"), "stays");
        if (r >= 0)
                r = add_container(txn, "3a", fixture_id("2a"), 0);
        if (r >= 0)
                r = add_layer(txn, "1b", fixture_id("1a"));
        if (r >= 0)
                r = add_image(txn, "2b", fixture_id("1b"), "goes");
        if (r >= 0)
                r = add_container(txn, "3b", fixture_id("2a"), CSTORAGE_CONTAINER_VOLATILE);
        return r >= 0 ? cstorage_txn_set_big_data(txn, LAYER, fixture_id("1b"), "key", "x", 1, NULL, NULL)
                      : r;
}

static int make_all(struct cstorage_txn *txn) {
        int r = add_layer(txn, "1c", fixture_id("1a"));

        if (r >= 0)
                r = cstorage_txn_set_big_data(txn, LAYER, fixture_id("1c"), "key", "x", 1, NULL, NULL);
        if (r >= 0)
                r = add_image(txn, "2c", fixture_id("1c"), "new");
        return r >= 0 ? add_container(txn, "3c", fixture_id("2c"), 0) : r;
}

static int make_volatile(struct cstorage_txn *txn) {
        return add_container(txn, "3d", fixture_id("2a"), CSTORAGE_CONTAINER_VOLATILE);
}

static int delete_container(struct cstorage_txn *txn) {
        return cstorage_txn_delete(txn, CONTAINER, fixture_id("3b"), 0, NULL);
}

static int delete_image(struct cstorage_txn *txn) {
        return cstorage_txn_delete(txn, IMAGE, fixture_id("2b"), 0, NULL);
}

/* A name of what goes goes to what comes. */
static int replace_image(struct cstorage_txn *txn) {
        int r = delete_image(txn);

        if (r >= 0)
                r = delete_container(txn);
        if (r >= 0)
                r = add_layer(txn, "1e", NULL);
        return r >= 0 ? add_image(txn, "2e", fixture_id("1e"), "goes") : r;
}

/* Of what is there: one item that is there too, others that are not. */
static int replace_data(struct cstorage_txn *txn) {
        int r = cstorage_txn_set_big_data(txn, IMAGE, fixture_id("2a"), "manifest", "[]", 2, NULL, NULL);

        if (r >= 0)
                r = cstorage_txn_set_big_data(txn, LAYER, fixture_id("1a"), "key", "x", 1, NULL, NULL);
        if (r >= 0)
                r = cstorage_txn_set_big_data(txn, CONTAINER, fixture_id("3a"), "key", "x", 1, NULL, NULL);
        return r >= 0 ? cstorage_txn_make_directory(txn, IMAGE, fixture_id("2a"), false, NULL, NULL) : r;
}

static int touch(struct cstorage_txn *txn) {
        return cstorage_txn_set_metadata(txn, IMAGE, fixture_id("2a"), "touched", NULL);
}

/* 0, or what refused or failed. */
static int change(struct fixture *f, int (*say)(struct cstorage_txn *txn)) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = fixture_open(f);
        struct cstorage_txn *txn = NULL;
        struct cstorage_trash *trash = NULL;
        int r;

        r = cstorage_txn_begin(store, NULL, &txn, NULL);
        if (r >= 0)
                r = say(txn);
        armed = to_arm;
        if (r >= 0)
                r = cstorage_txn_commit(txn, &trash, NULL);
        armed = NULL;
        cstorage_txn_free(txn);
        if (trash)
                (void) cstorage_trash_empty(trash, NULL);
        cstorage_trash_free(trash);
        return r;
}

/* --------------------------------------------------------------------------------------- what is there */

/* The names of a directory that are ids, sorted, as one text. */
static void list_ids(struct fixture *f, const char *path, char *ret) {
        _cleanup_close_ int fd = openat(f->fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        struct dirent **entries = NULL;
        char link[64];
        int n;

        (void) snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
        n = fd < 0 ? 0 : scandir(link, &entries, NULL, alphasort);
        for (int i = 0; i < n; i++) {
                if (strlen(entries[i]->d_name) == 64)
                        (void) sprintf(ret + strlen(ret), "%.2s%c ", entries[i]->d_name,
                                       entries[i]->d_name[63]);
                free(entries[i]);
        }
        free(entries);
        strcat(ret, "| ");
}

/* What is in the directories of 2a and 3a, and in its manifest. */
static void list_data(struct fixture *f, char *ret) {
        static const struct {
                const char *kind, *digits, *name;
        } data[] = {{"images", "2a", "userdata"}, {"containers", "3a", "key"}, {"images", "2a", "manifest"}};
        _cleanup_close_ int fd = -1;
        char path[256], text[8] = "";

        for (size_t i = 0; i < 3; i++) {
                (void) snprintf(path, sizeof(path), "graphroot/overlay-%s/%s/%s", data[i].kind,
                                fixture_id(data[i].digits), data[i].name);
                strcat(ret, fixture_exists(f, path) ? "+" : "-");
        }
        fd = openat(f->fd, path, O_RDONLY | O_CLOEXEC);
        if (fd >= 0)
                assert_true(read(fd, text, sizeof(text) - 1) >= 0);
        strcat(ret, text);
}

static void describe(struct fixture *f, char *ret) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = fixture_open(f);
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = NULL;
        const struct cstorage_container *container = NULL;
        const struct cstorage_layer *layer = NULL;
        const struct cstorage_image *image = NULL;

        *ret = '\0';
        assert_ok(cstorage_snapshot_new(store, &snapshot, NULL));
        while ((layer = cstorage_snapshot_next_layer(snapshot, layer)))
                (void) sprintf(ret + strlen(ret), "%s%.2s%c ", cstorage_layer_is_incomplete(layer) ? "?" : "",
                               cstorage_layer_get_id(layer), cstorage_layer_get_id(layer)[63]);
        while ((image = cstorage_snapshot_next_image(snapshot, image)))
                (void) sprintf(ret + strlen(ret), "%.2s ", cstorage_image_get_id(image));
        while ((container = cstorage_snapshot_next_container(snapshot, container)))
                (void) sprintf(ret + strlen(ret), "%.2s ", cstorage_container_get_id(container));
        strcat(ret, "| ");
        list_ids(f, "graphroot/overlay", ret);
        list_ids(f, "graphroot/overlay-layers", ret);
        list_ids(f, "graphroot/overlay-images", ret);
        list_ids(f, "graphroot/overlay-containers", ret);
        list_data(f, ret);
}

static bool has_dir(struct fixture *f, const char *kind, const char *id) {
        char path[256];

        (void) snprintf(path, sizeof(path), "graphroot/overlay%s/%s", kind, id);
        return fixture_exists(f, path);
}

static void assert_files_are_whole(const struct cstorage_snapshot *snapshot) {
        const struct cstorage_record_file *file = NULL;

        while ((file = cstorage_snapshot_next_record_file(snapshot, file)))
                if (cstorage_record_file_get_state(file) != CSTORAGE_RECORD_FILE_OK &&
                    cstorage_record_file_get_state(file) != CSTORAGE_RECORD_FILE_MISSING)
                        fail_msg("%s", cstorage_record_file_get_problem(file));
}

/* Records of layers and their directories belong together; images and containers have their layers. */
static void assert_sound(struct fixture *f) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = fixture_open(f);
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = NULL;
        const struct cstorage_layer *layer = NULL, *found;
        const struct cstorage_container *container = NULL;
        const struct cstorage_image *image = NULL;
        char dirs[8192] = "";

        assert_ok(cstorage_snapshot_new(store, &snapshot, NULL));
        assert_files_are_whole(snapshot);
        list_ids(f, "graphroot/overlay", dirs);
        while ((layer = cstorage_snapshot_next_layer(snapshot, layer))) {
                char name[8];

                assert_false(cstorage_layer_is_incomplete(layer));
                assert_true(has_dir(f, "", cstorage_layer_get_id(layer)));
                (void) snprintf(name, sizeof(name), "%.2s%c ", cstorage_layer_get_id(layer),
                                cstorage_layer_get_id(layer)[63]);
                assert_non_null(strstr(dirs, name));
                memset(strstr(dirs, name), ' ', strlen(name));
        }
        assert_int_equal(strspn(dirs, " "), strlen(dirs) - 2); /* "| " */
        while ((image = cstorage_snapshot_next_image(snapshot, image)))
                assert_ok(cstorage_snapshot_find_layer(snapshot, cstorage_image_get_layer_id(image), &found));
        /* One that was half deleted has none any more. */
        while ((container = cstorage_snapshot_next_container(snapshot, container)))
                if (strncmp(cstorage_container_get_id(container), "3b", 2) != 0)
                        assert_ok(cstorage_snapshot_find_layer(snapshot,
                                                               cstorage_container_get_layer_id(container),
                                                               &found));
        assert_ok(cstorage_snapshot_find_image(snapshot, "stays", &image));
        assert_ok(cstorage_snapshot_find_container(snapshot, fixture_id("3a"), &container));
        assert_true(has_dir(f, "-containers", fixture_id("3a")));
}

/* -------------------------------------------------------------------------------------------- the runs */

static int run_child(struct fixture *f, int (*say)(struct cstorage_txn *), const char *function, unsigned n,
                     int code) {
        int status;
        pid_t pid = fork();

        assert_true(pid >= 0);
        if (pid == 0) {
                to_arm = function;
                countdown = n;
                failure = code;
                status = change(f, say) < 0 ? EXIT_FAILED : 0;
                _exit(status == 0 && countdown > 0 ? 3 : status); /* 3: it was not called that often */
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        return WEXITSTATUS(status);
}

static void explain(const char *function, unsigned n, int code) {
        print_message("%s call %u, %s\n", function, n, code == 0 ? "killed" : strerror(code));
}

/* True while there was such a call. */
static bool run_once(int (*say)(struct cstorage_txn *), const char *function, unsigned n, int code) {
        char before[8192], after[8192];
        struct fixture *f;
        int status, r;

        assert_int_equal(fixture_setup((void **) &f), 0);
        assert_ok(change(f, make_world));
        describe(f, before);
        status = run_child(f, say, function, n, code);
        describe(f, after);
        if (status == EXIT_FAILED && code != 0 && strcmp(before, after) != 0) {
                explain(function, n, code);
                fail_msg("before %s, after %s", before, after);
        }
        if (status != 3) {
                r = change(f, touch);
                if (r < 0)
                        explain(function, n, code);
                assert_ok(r);
                assert_sound(f);
                r = change(f, say);
                if (r < 0 && r != -EEXIST && r != -ENOENT)
                        explain(function, n, code);
                assert_true(r >= 0 || r == -EEXIST || r == -ENOENT);
                assert_sound(f);
        }
        fixture_teardown((void **) &f);
        return status != 3;
}

static void run_all(int (*say)(struct cstorage_txn *), const char *const *functions, int code) {
        for (; *functions; functions++) {
                unsigned n = 1;

                while (n < CALLS_MAX && run_once(say, *functions, n, code))
                        n++;
                assert_true(n < CALLS_MAX);
        }
}

#define RUNS(say)                                                                                            \
        static void say##_that_fails_changes_nothing(void **state) {                                         \
                (void) state;                                                                                \
                run_all(say, writing, ENOSPC);                                                               \
        }                                                                                                    \
        static void say##_that_is_killed_is_mended(void **state) {                                           \
                (void) state;                                                                                \
                run_all(say, writing, 0);                                                                    \
        }

RUNS(make_all)
RUNS(make_volatile)
RUNS(delete_container)
RUNS(delete_image)
RUNS(replace_image)
RUNS(replace_data)

static void each_change_bears_a_lack_of_memory_and_descriptors(void **state) {
        (void) state;
        run_all(make_all, others, ENOMEM);
        run_all(replace_image, others, ENOMEM);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(make_all_that_fails_changes_nothing),
                cmocka_unit_test(make_all_that_is_killed_is_mended),
                cmocka_unit_test(make_volatile_that_fails_changes_nothing),
                cmocka_unit_test(make_volatile_that_is_killed_is_mended),
                cmocka_unit_test(delete_container_that_fails_changes_nothing),
                cmocka_unit_test(delete_container_that_is_killed_is_mended),
                cmocka_unit_test(delete_image_that_fails_changes_nothing),
                cmocka_unit_test(delete_image_that_is_killed_is_mended),
                cmocka_unit_test(replace_image_that_fails_changes_nothing),
                cmocka_unit_test(replace_image_that_is_killed_is_mended),
                cmocka_unit_test(replace_data_that_fails_changes_nothing),
                cmocka_unit_test(replace_data_that_is_killed_is_mended),
                cmocka_unit_test(each_change_bears_a_lack_of_memory_and_descriptors),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
