/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "tree/delete.h"
#include "tree/measure.h"
#include "unit.h"

/* Deeper than there are descriptors, and than PATH_MAX is long. */
#define DEEP 3000

struct store_dir {
        char path[64];
        int fd;
};

static int make_place(void **state) {
        static struct store_dir place;

        (void) snprintf(place.path, sizeof(place.path), "/tmp/test-tree-measure-XXXXXX");
        if (!mkdtemp(place.path))
                return -1;
        place.fd = open(place.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        *state = &place;
        return place.fd < 0;
}

static int remove_place(void **state) {
        _cleanup_tree_result_ struct tree_result result = TREE_RESULT_INIT;
        struct store_dir *place = *state;

        (void) tree_remove(place->fd, NULL, &result, NULL);
        (void) close(place->fd);
        return rmdir(place->path);
}

static uint64_t blocks_of(int fd, const char *name) {
        struct stat st;

        assert_ok(fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW));
        return (uint64_t) st.st_blocks * 512;
}

static void make_file(int fd, const char *name, size_t n) {
        _cleanup_close_ int file = openat(fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
        _cleanup_free_ char *bytes = calloc(1, n + 1);

        assert_ok(file);
        assert_int_equal(write(file, bytes, n), (ssize_t) n);
}

static void an_empty_directory_is_one_entry(void **state) {
        const struct store_dir *place = *state;
        struct measured measured;

        assert_int_equal(tree_measure(place->fd, NULL, &measured), 0);
        assert_int_equal(measured.entries, 1);
        assert_int_equal(measured.bytes, blocks_of(place->fd, "."));
}

static void all_that_is_in_it_counts(void **state) {
        const struct store_dir *place = *state;
        struct measured measured;
        uint64_t bytes = 0;

        assert_ok(mkdirat(place->fd, "a", 0755));
        assert_ok(mkdirat(place->fd, "a/b", 0755));
        assert_ok(mkdirat(place->fd, "a/c", 0755));
        make_file(place->fd, "a/b/file", 100000);
        make_file(place->fd, "z", 1);
        assert_ok(symlinkat("/nowhere", place->fd, "a/link"));
        assert_ok(mkfifoat(place->fd, "a/c/fifo", 0600));

        assert_int_equal(tree_measure(place->fd, NULL, &measured), 0);
        assert_int_equal(measured.entries, 8);
        for (size_t i = 0; i < 8; i++)
                bytes += blocks_of(place->fd, (const char *const[]){".", "a", "a/b", "a/c", "a/b/file", "z",
                                                                    "a/link", "a/c/fifo"}[i]);
        assert_int_equal(measured.bytes, bytes);
}

static void links_of_a_file_share_its_bytes(void **state) {
        const struct store_dir *place = *state;
        struct measured all, inside;
        _cleanup_close_ int fd = -1;

        assert_ok(mkdirat(place->fd, "d", 0755));
        make_file(place->fd, "d/one", 1 << 20);
        assert_ok(linkat(place->fd, "d/one", place->fd, "two", 0));
        fd = openat(place->fd, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_ok(fd);

        assert_int_equal(tree_measure(place->fd, NULL, &all), 0);
        assert_int_equal(all.bytes,
                         blocks_of(place->fd, ".") + blocks_of(place->fd, "d") + blocks_of(place->fd, "two"));
        assert_int_equal(tree_measure(fd, NULL, &inside), 0);
        assert_int_equal(inside.bytes, blocks_of(place->fd, "d") + blocks_of(place->fd, "two") / 2);
}

static void depth_costs_no_descriptors(void **state) {
        const struct store_dir *place = *state;
        struct measured measured;
        int fd = dup(place->fd);

        for (size_t i = 0; i < DEEP; i++) {
                int next;

                assert_ok(mkdirat(fd, "d", 0755));
                make_file(fd, "file", 0);
                next = openat(fd, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
                assert_ok(next);
                (void) close(fd);
                fd = next;
        }
        (void) close(fd);

        assert_int_equal(tree_measure(place->fd, NULL, &measured), 0);
        assert_int_equal(measured.entries, 1 + 2 * DEEP);
}

static void it_stops_when_told(void **state) {
        const struct store_dir *place = *state;
        const atomic_bool stop = true;
        struct measured measured;

        make_file(place->fd, "file", 0);
        assert_int_equal(tree_measure(place->fd, &stop, &measured), -ECANCELED);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(an_empty_directory_is_one_entry, make_place, remove_place),
                cmocka_unit_test_setup_teardown(all_that_is_in_it_counts, make_place, remove_place),
                cmocka_unit_test_setup_teardown(links_of_a_file_share_its_bytes, make_place, remove_place),
                cmocka_unit_test_setup_teardown(depth_costs_no_descriptors, make_place, remove_place),
                cmocka_unit_test_setup_teardown(it_stops_when_told, make_place, remove_place),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
