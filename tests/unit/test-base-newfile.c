/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <limits.h>

#include "base/dir.h"
#include "base/newfile.h"
#include "base/text.h"
#include "place.h"

/* ---------------------------------------------------------------------------- what is counted and fails */

static struct text trace; /* the calls made, each with a space behind */
static bool tracing;
static const char *armed; /* the function that fails; NULL: none */
static int failure;
static size_t at_most = SIZE_MAX; /* bytes that writev() and write() take at once */
static unsigned taken_names;      /* how often the name of the temporary file is taken */

static bool fails(const char *function) {
        if (tracing) {
                assert_ok(text_adds(&trace, function));
                assert_ok(text_adds(&trace, " "));
        }
        if (!armed || strcmp(armed, function) != 0)
                return false;
        errno = failure;
        return true;
}

#define WRAP(type, name, parameters, arguments)                                                              \
        type __real_##name parameters;                                                                       \
        type __wrap_##name parameters;                                                                       \
        type __wrap_##name parameters {                                                                      \
                return fails(#name) ? -1 : __real_##name arguments;                                          \
        }

WRAP(int, fdatasync, (int fd), (fd))
WRAP(int, fsync, (int fd), (fd))
WRAP(int, fchmod, (int fd, mode_t mode), (fd, mode))
WRAP(int, close, (int fd), (fd))
WRAP(int, renameat, (int from_fd, const char *from, int to_fd, const char *to), (from_fd, from, to_fd, to))

ssize_t __real_write(int fd, const void *bytes, size_t n);
ssize_t __wrap_write(int fd, const void *bytes, size_t n);
ssize_t __wrap_write(int fd, const void *bytes, size_t n) {
        return fails("write") ? -1 : __real_write(fd, bytes, n < at_most ? n : at_most);
}

ssize_t __real_writev(int fd, const struct iovec *pieces, int n);
ssize_t __wrap_writev(int fd, const struct iovec *pieces, int n);
ssize_t __wrap_writev(int fd, const struct iovec *pieces, int n) {
        if (fails("writev"))
                return -1;
        if (at_most == SIZE_MAX)
                return __real_writev(fd, pieces, n);
        return __real_write(fd, pieces[0].iov_base,
                            pieces[0].iov_len < at_most ? pieces[0].iov_len : at_most);
}

int __real_openat64(int fd, const char *path, int flags, mode_t mode);
int __wrap_openat64(int fd, const char *path, int flags, mode_t mode);
int __wrap_openat64(int fd, const char *path, int flags, mode_t mode) {
        if (flags & O_EXCL && taken_names > 0) {
                taken_names--;
                errno = EEXIST;
                return -1;
        }
        return __real_openat64(fd, path, flags, mode);
}

/* ------------------------------------------------------------------------------------------------- cases */

static int write_text(const struct store_dir *place, const char *path, const char *text, bool durable) {
        struct iovec piece = {.iov_base = (void *) (uintptr_t) text, .iov_len = strlen(text)};

        return newfile_write(place->fd, path, &piece, 1, 0600, durable, NULL);
}

static void assert_content(const struct store_dir *place, const char *path, const char *text) {
        _cleanup_free_ char *there = NULL;
        size_t n;

        assert_ok(read_file_at(place->fd, path, SIZE_MAX, &there, &n, NULL));
        assert_int_equal(n, strlen(text));
        assert_string_equal(there, text);
}

static size_t count_entries(const struct store_dir *place) {
        _cleanup_dir_list_ struct dir_list list = DIR_LIST_INIT;

        assert_ok(dir_list_read(&list, place->fd));
        return list.n;
}

static void the_pieces_come_one_behind_the_other(void **state) {
        const struct iovec pieces[] = {{(void *) "a", 1}, {(void *) "", 0}, {(void *) "bc\0d", 4}, {NULL, 0}};
        const struct store_dir *place = *state;
        _cleanup_free_ char *text = NULL;
        size_t n;

        assert_ok(newfile_write(place->fd, "f", pieces, ARRAY_SIZE(pieces), 0600, false, NULL));
        assert_ok(read_file_at(place->fd, "f", SIZE_MAX, &text, &n, NULL));
        assert_int_equal(n, 5);
        assert_memory_equal(text, "abc\0d", 5);

        assert_ok(newfile_write(place->fd, "f", NULL, 0, 0600, true, NULL));
        assert_content(place, "f", "");
        assert_int_equal(count_entries(place), 1);
}

static void there_may_be_more_pieces_than_writev_takes(void **state) {
        static char digits[] = "0123456789";
        static struct iovec pieces[IOV_MAX * 2 + 3];
        const struct store_dir *place = *state;
        _cleanup_free_ char *text = NULL;
        size_t n;

        for (size_t i = 0; i < ARRAY_SIZE(pieces); i++)
                pieces[i] = (struct iovec){.iov_base = (void *) &digits[i % 10], .iov_len = 1};
        assert_ok(newfile_write(place->fd, "f", pieces, ARRAY_SIZE(pieces), 0600, false, NULL));
        assert_ok(read_file_at(place->fd, "f", SIZE_MAX, &text, &n, NULL));
        assert_int_equal(n, ARRAY_SIZE(pieces));
        for (size_t i = 0; i < n; i++)
                assert_int_equal(text[i], '0' + (int) (i % 10));
}

static void a_write_that_takes_less_goes_on(void **state) {
        const struct iovec pieces[] = {{(void *) "abc", 3},
                                       {(void *) "", 0},
                                       {(void *) "defgh", 5},
                                       {(void *) "i", 1}};
        const struct store_dir *place = *state;

        for (at_most = 1; at_most < 6; at_most++) {
                assert_ok(newfile_write(place->fd, "f", pieces, ARRAY_SIZE(pieces), 0600, false, NULL));
                assert_content(place, "f", "abcdefghi");
        }
        at_most = SIZE_MAX;
}

static void the_mode_is_what_was_asked_for_whatever_the_umask(void **state) {
        static const mode_t modes[] = {0600, 0644, 0400};
        const struct store_dir *place = *state;
        mode_t saved = umask(0277);

        for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
                assert_ok(newfile_write(place->fd, "f", NULL, 0, modes[i], false, NULL));
                assert_int_equal(mode_of(place->fd, "f"), modes[i]);
        }
        (void) umask(saved);
}

static void the_file_takes_the_place_of_what_is_there(void **state) {
        const struct store_dir *place = *state;
        _cleanup_close_ int old = -1;
        char c;

        put_text(place->fd, "f", "old");
        put_text(place->fd, "target", "target");
        put_link(place->fd, "link", "target");
        put_dir(place->fd, "dir");
        old = openat(place->fd, "f", O_RDONLY | O_CLOEXEC);

        assert_ok(write_text(place, "f", "new", true));
        assert_content(place, "f", "new");
        assert_int_equal(read(old, &c, 1), 1);
        assert_int_equal(c, 'o');

        assert_ok(write_text(place, "link", "new", false));
        assert_content(place, "link", "new");
        assert_content(place, "target", "target");

        assert_int_equal(write_text(place, "dir", "new", false), -EISDIR);
        assert_ok(write_text(place, "dir/f", "below", true));
        assert_content(place, "dir/f", "below");
        assert_int_equal(count_entries(place), 4);
}

static void a_directory_is_never_made_and_no_link_followed(void **state) {
        const struct store_dir *place = *state;

        put_dir(place->fd, "dir");
        put_link(place->fd, "link", "dir");
        assert_int_equal(write_text(place, "none/f", "x", false), -ENOENT);
        assert_int_equal(write_text(place, "link/f", "x", false), -ENOTDIR);
        assert_int_equal(write_text(place, "../f", "x", false), -EXDEV);
        assert_int_equal(count_entries(place), 2);
}

static void the_identity_is_that_of_the_file_in_its_place(void **state) {
        const struct store_dir *place = *state;
        const struct iovec piece = {(void *) "text", 4};
        struct identity id, there;

        for (int durable = 0; durable < 2; durable++) {
                assert_ok(newfile_write(place->fd, "f", &piece, 1, 0600, durable, &id));
                assert_ok(identity_at(place->fd, "f", &there));
                assert_true(identity_same_content(&id, &there));
                assert_int_equal(id.size, 4);
        }
}

static void expect_calls(const struct store_dir *place, bool durable, const char *calls) {
        text_done(&trace);
        tracing = true;
        assert_ok(write_text(place, "f", "text", durable));
        tracing = false;
        assert_string_equal(trace.s, calls);
        text_done(&trace);
}

static void a_durable_file_is_synced_before_its_name_is_and_another_one_never(void **state) {
        const struct store_dir *place = *state;

        expect_calls(place, true, "writev fdatasync close renameat fsync close ");
        expect_calls(place, false, "writev close renameat close ");
}

static void a_failure_leaves_the_old_file_and_nothing_else(void **state) {
        static const char *const calls[] = {"writev", "fdatasync", "fchmod", "close", "renameat"};
        const struct store_dir *place = *state;

        put_text(place->fd, "f", "old");
        for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
                struct iovec piece = {(void *) "new", 3};
                struct identity id = {.ino = 7};

                armed = calls[i];
                failure = i % 2 ? EIO : ENOSPC;
                assert_int_equal(newfile_write(place->fd, "f", &piece, 1, 0640, true, &id), -failure);
                if (strcmp(calls[i], "fdatasync") != 0)
                        assert_int_equal(newfile_write(place->fd, "f", &piece, 1, 0640, false, &id),
                                         -failure);
                armed = NULL;
                assert_int_equal(id.ino, 7);
                assert_content(place, "f", "old");
                assert_int_equal(count_entries(place), 1);
        }
}

static void a_failure_within_a_piece_leaves_nothing_either(void **state) {
        const struct store_dir *place = *state;

        at_most = 2;
        armed = "write";
        failure = ENOSPC;
        assert_int_equal(write_text(place, "f", "text", false), -ENOSPC);
        armed = NULL;
        at_most = 0;
        assert_int_equal(write_text(place, "f", "text", false), -EIO);
        at_most = SIZE_MAX;
        assert_int_equal(count_entries(place), 0);
}

static void where_the_directory_cannot_be_synced_the_new_file_is_in_place(void **state) {
        const struct store_dir *place = *state;

        armed = "fsync";
        failure = EIO;
        assert_int_equal(write_text(place, "f", "new", true), -EIO);
        assert_content(place, "f", "new");
        failure = EINVAL;
        assert_ok(write_text(place, "f", "newer", true));
        armed = NULL;
        assert_content(place, "f", "newer");
        assert_int_equal(count_entries(place), 1);
}

static void a_name_that_is_taken_is_not_used(void **state) {
        const struct store_dir *place = *state;

        taken_names = 3;
        assert_ok(write_text(place, "f", "text", false));
        assert_int_equal(taken_names, 0);
        assert_content(place, "f", "text");

        taken_names = UINT32_MAX;
        assert_int_equal(write_text(place, "f", "other", false), -EEXIST);
        taken_names = 0;
        assert_content(place, "f", "text");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                in_place(the_pieces_come_one_behind_the_other),
                in_place(there_may_be_more_pieces_than_writev_takes),
                in_place(a_write_that_takes_less_goes_on),
                in_place(the_mode_is_what_was_asked_for_whatever_the_umask),
                in_place(the_file_takes_the_place_of_what_is_there),
                in_place(a_directory_is_never_made_and_no_link_followed),
                in_place(the_identity_is_that_of_the_file_in_its_place),
                in_place(a_durable_file_is_synced_before_its_name_is_and_another_one_never),
                in_place(a_failure_leaves_the_old_file_and_nothing_else),
                in_place(a_failure_within_a_piece_leaves_nothing_either),
                in_place(where_the_directory_cannot_be_synced_the_new_file_is_in_place),
                in_place(a_name_that_is_taken_is_not_used),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
