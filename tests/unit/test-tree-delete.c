/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tree/delete.h"
#include "unit.h"

struct store_dir {
        char path[64];
        int fd;
};

static int make_place(void **state) {
        static struct store_dir place;

        (void) snprintf(place.path, sizeof(place.path), "/tmp/test-tree-delete-XXXXXX");
        if (!mkdtemp(place.path))
                return -1;
        place.fd = open(place.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        *state = &place;
        return place.fd < 0;
}

/* rmdir(2) fails where a case left something behind, and that fails the case. */
static int remove_place(void **state) {
        struct store_dir *place = *state;

        (void) close(place->fd);
        return rmdir(place->path);
}

static void make_dir(int fd, const char *name) {
        assert_ok(mkdirat(fd, name, 0755));
}

static void make_file(int fd, const char *name, size_t n) {
        _cleanup_close_ int file = openat(fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
        _cleanup_free_ char *bytes = calloc(1, n + 1);

        assert_ok(file);
        assert_int_equal(write(file, bytes, n), (ssize_t) n);
}

static const struct tree_subject *subject(const struct tree_result *result, const char *name) {
        for (size_t i = 0; i < result->n; i++)
                if (strcmp(result->subjects[i].name, name) == 0)
                        return &result->subjects[i];
        fail_msg("no subject %s", name);
        return NULL;
}

static uint64_t blocks_of(int fd, const char *name) {
        struct stat st;

        assert_ok(fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW));
        return (uint64_t) st.st_blocks * 512;
}

static void an_empty_directory_has_nothing_to_remove(void **state) {
        _cleanup_tree_result_ struct tree_result result = TREE_RESULT_INIT;
        const struct store_dir *place = *state;

        assert_int_equal(tree_remove(place->fd, NULL, &result, NULL), 0);
        assert_int_equal(result.n, 0);
        assert_int_equal(result.total.entries, 0);
}

static void each_entry_of_the_top_is_counted_with_all_below_it(void **state) {
        _cleanup_tree_result_ struct tree_result result = TREE_RESULT_INIT;
        const struct store_dir *place = *state;

        make_dir(place->fd, "1-b");
        make_dir(place->fd, "1-b/diff");
        make_dir(place->fd, "1-b/diff/etc");
        make_file(place->fd, "1-b/link", 3);
        make_file(place->fd, "1-b/diff/etc/passwd", 10);
        make_dir(place->fd, "0-a");
        make_file(place->fd, "2-tar-split.gz", 100);

        assert_int_equal(tree_remove(place->fd, NULL, &result, NULL), 0);
        assert_int_equal(result.n, 3);
        assert_string_equal(result.subjects[0].name, "0-a");
        assert_int_equal(subject(&result, "0-a")->entries, 1);
        assert_int_equal(subject(&result, "1-b")->entries, 5);
        assert_int_equal(subject(&result, "2-tar-split.gz")->entries, 1);
        assert_int_equal(result.total.entries, 7);
        assert_int_equal(result.total.left, 0);
        assert_null(result.total.error);
}

static void bytes_are_those_of_inodes_that_lose_their_last_link(void **state) {
        const struct tree_options options = {.count_bytes = true};
        _cleanup_tree_result_ struct tree_result result = TREE_RESULT_INIT;
        const struct store_dir *place = *state;
        uint64_t expected;

        make_dir(place->fd, "a");
        make_file(place->fd, "a/twice", 9000);
        assert_ok(linkat(place->fd, "a/twice", place->fd, "a/again", 0));
        make_file(place->fd, "a/kept", 9000);
        assert_ok(linkat(place->fd, "a/kept", AT_FDCWD, "/tmp/test-tree-delete-kept", 0));
        expected = blocks_of(place->fd, "a/twice") + blocks_of(place->fd, "a");

        assert_int_equal(tree_remove(place->fd, &options, &result, NULL), 0);
        assert_int_equal(result.total.entries, 4);
        assert_int_equal(result.total.bytes, expected);
        assert_ok(unlink("/tmp/test-tree-delete-kept"));
}

static void links_are_removed_and_not_followed(void **state) {
        _cleanup_tree_result_ struct tree_result result = TREE_RESULT_INIT;
        char precious[] = "/tmp/test-tree-delete-precious-XXXXXX";
        const struct store_dir *place = *state;
        char file[64];

        assert_non_null(mkdtemp(precious));
        (void) snprintf(file, sizeof(file), "%s/file", precious);
        make_file(AT_FDCWD, file, 1);
        make_dir(place->fd, "a");
        assert_ok(symlinkat(precious, place->fd, "a/link"));
        assert_ok(symlinkat(precious, place->fd, "link"));

        assert_int_equal(tree_remove(place->fd, NULL, &result, NULL), 0);
        assert_int_equal(result.total.entries, 3);
        assert_ok(unlink(file));
        assert_ok(rmdir(precious));
}

static void depth_needs_no_descriptors(void **state) {
        const struct tree_options options = {.max_fds = 8};
        _cleanup_tree_result_ struct tree_result result = TREE_RESULT_INIT;
        const struct store_dir *place = *state;
        int at = dup(place->fd);

        for (int i = 0; i < 3000; i++) {
                _cleanup_close_ int above = at;

                make_dir(above, "deeper");
                at = openat(above, "deeper", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
                assert_ok(at);
        }
        (void) close(at);

        assert_int_equal(tree_remove(place->fd, &options, &result, NULL), 0);
        assert_int_equal(result.total.entries, 3000);
        assert_int_equal(result.n, 1);
}

static void threads_that_share_a_directory_count_each_entry_once(void **state) {
        const struct tree_options options = {.threads = 8, .count_bytes = true};
        _cleanup_tree_result_ struct tree_result result = TREE_RESULT_INIT;
        const struct store_dir *place = *state;
        _cleanup_close_ int dir = -1;
        char name[32];

        make_dir(place->fd, "a");
        dir = openat(place->fd, "a", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        for (int i = 0; i < 6000; i++) {
                (void) snprintf(name, sizeof(name), "file-%d", i);
                if (i % 100 == 0)
                        make_dir(dir, name);
                else
                        make_file(dir, name, 0);
        }

        assert_int_equal(tree_remove(place->fd, &options, &result, NULL), 0);
        assert_int_equal(result.total.entries, 6001);
}

static void what_an_earlier_run_moved_up_belongs_to_its_subject(void **state) {
        _cleanup_tree_result_ struct tree_result result = TREE_RESULT_INIT;
        const struct store_dir *place = *state;

        make_dir(place->fd, "1-abc");
        make_dir(place->fd, "%1%1-abc");
        make_dir(place->fd, "%2f%1-abc");
        make_dir(place->fd, "%2f%1-abc/more");
        make_dir(place->fd, "%02%1-abc"); /* no name that we give */

        assert_int_equal(tree_remove(place->fd, NULL, &result, NULL), 0);
        assert_int_equal(result.n, 2);
        assert_int_equal(subject(&result, "1-abc")->entries, 4);
        assert_int_equal(subject(&result, "%02%1-abc")->entries, 1);
}

static void any_name_can_be_removed(void **state) {
        _cleanup_tree_result_ struct tree_result result = TREE_RESULT_INIT;
        const struct store_dir *place = *state;
        char longest[256];

        memset(longest, '%', sizeof(longest) - 1);
        longest[sizeof(longest) - 1] = '\0';
        for (int i = 0; i < 2; i++) {
                make_dir(place->fd, longest);
                longest[254] = (char) (longest[254] + 1);
        }
        make_dir(place->fd, "\xff\n");
        make_dir(place->fd, "\xff\n/ ");
        make_dir(place->fd, "\xff\n/ /\x01");
        make_dir(place->fd, "%");
        make_dir(place->fd, "%%");
        make_dir(place->fd, "%ffffffffffffffff%x");

        assert_int_equal(tree_remove(place->fd, NULL, &result, NULL), 0);
        assert_int_equal(result.total.entries, 8);
}

static void stopping_ends_it_early(void **state) {
        _cleanup_tree_result_ struct tree_result result = TREE_RESULT_INIT;
        const atomic_bool stop = true;
        const struct tree_options options = {.stop = &stop};
        const struct store_dir *place = *state;

        make_dir(place->fd, "a");
        assert_int_equal(tree_remove(place->fd, &options, &result, NULL), 1);
        assert_true(result.stopped);
        assert_int_equal(result.total.entries, 0);
        assert_ok(unlinkat(place->fd, "a", AT_REMOVEDIR));
}

static void progress_counts_along(void **state) {
        struct tree_progress progress = {0};
        const struct tree_options options = {.progress = &progress, .count_bytes = true};
        _cleanup_tree_result_ struct tree_result result = TREE_RESULT_INIT;
        const struct store_dir *place = *state;

        make_dir(place->fd, "a");
        make_file(place->fd, "a/file", 5000);
        assert_int_equal(tree_remove(place->fd, &options, &result, NULL), 0);
        assert_int_equal(progress.entries, 2);
        assert_int_equal(progress.bytes, result.total.bytes);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, make_place, remove_place)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(an_empty_directory_has_nothing_to_remove),
                CASE(each_entry_of_the_top_is_counted_with_all_below_it),
                CASE(bytes_are_those_of_inodes_that_lose_their_last_link),
                CASE(links_are_removed_and_not_followed),
                CASE(depth_needs_no_descriptors),
                CASE(threads_that_share_a_directory_count_each_entry_once),
                CASE(what_an_earlier_run_moved_up_belongs_to_its_subject),
                CASE(any_name_can_be_removed),
                CASE(stopping_ends_it_early),
                CASE(progress_counts_along),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
