/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "split-file.h"
#include "unit.h"
#include "verify/gunzip.h"

struct place {
        char dir[64];
        int fd;
};

static int setup(void **state) {
        struct place *place = calloc(1, sizeof(*place));

        strcpy(place->dir, "/tmp/test-verify-gunzip-XXXXXX");
        assert_non_null(mkdtemp(place->dir));
        place->fd = open(place->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
        *state = place;
        return place->fd < 0;
}

static int teardown(void **state) {
        struct place *place = *state;

        (void) unlinkat(place->fd, "f", 0);
        close(place->fd);
        (void) rmdir(place->dir);
        free(place);
        return 0;
}

/* Read the file "f" in pieces of this size. Returns the bytes, or the error in *ret_n. */
static char *read_all(const struct place *place, size_t piece, ssize_t *ret_n) {
        _cleanup_close_ int fd = openat(place->fd, "f", O_RDONLY | O_CLOEXEC);
        _cleanup_(gunzip_freep) struct gunzip *gunzip = NULL;
        char *bytes = malloc(1 << 20);
        size_t n = 0;
        ssize_t k;

        assert_non_null(bytes);
        assert_ok(gunzip_new(fd, &gunzip, NULL));
        while ((k = gunzip_read(gunzip, bytes + n, piece, NULL)) > 0)
                n += (size_t) k;
        *ret_n = k < 0 ? k : (ssize_t) n;
        return bytes;
}

static void expect(const struct place *place, const void *bytes, size_t n) {
        for (size_t piece = 1; piece < 300000; piece = piece * 7 + 1) {
                ssize_t k;
                _cleanup_free_ char *read = read_all(place, piece, &k);

                assert_int_equal(k, n);
                assert_memory_equal(read, bytes, n);
        }
}

static void expect_damage(const struct place *place) {
        ssize_t n;
        _cleanup_free_ char *read = read_all(place, 4096, &n);

        assert_int_equal(n, -EBADMSG);
}

static void several_members_follow_each_other(void **state) {
        const struct place *place = *state;

        gzip_member(place->fd, "f", "one", 3);
        gzip_member(place->fd, "f", "", 0);
        gzip_member(place->fd, "f", "two", 3);
        expect(place, "onetwo", 6);
}

static void many_bytes_are_read_in_any_pieces(void **state) {
        const struct place *place = *state;
        _cleanup_free_ char *bytes = malloc(300000);

        for (size_t i = 0; i < 300000; i++)
                bytes[i] = (char) (i * i >> 7);
        gzip_member(place->fd, "f", bytes, 300000);
        expect(place, bytes, 300000);
}

static void set_size(const struct place *place, off_t size) {
        _cleanup_close_ int fd = openat(place->fd, "f", O_WRONLY | O_CLOEXEC);

        assert_ok(ftruncate(fd, size));
}

static void a_file_that_is_cut_off_anywhere_is_damaged(void **state) {
        const struct place *place = *state;
        struct stat st;

        gzip_member(place->fd, "f", "some text", 9);
        assert_ok(fstatat(place->fd, "f", &st, 0));
        for (off_t size = st.st_size - 1; size >= 0; size--) {
                set_size(place, size);
                expect_damage(place);
        }
}

static void a_changed_byte_is_noticed(void **state) {
        const struct place *place = *state;
        _cleanup_close_ int fd = -1;
        char byte;

        gzip_member(place->fd, "f", "some text", 9);
        fd = openat(place->fd, "f", O_RDWR | O_CLOEXEC);
        assert_int_equal(pread(fd, &byte, 1, 14), 1);
        byte ^= 4;
        assert_int_equal(pwrite(fd, &byte, 1, 14), 1);
        expect_damage(place);
}

static void zeros_behind_the_last_member_are_damage(void **state) {
        const struct place *place = *state;
        struct stat st;

        gzip_member(place->fd, "f", "some text", 9);
        assert_ok(fstatat(place->fd, "f", &st, 0));
        set_size(place, st.st_size + 100);
        expect_damage(place);
}

static void a_file_of_zeros_is_damaged(void **state) {
        const struct place *place = *state;
        _cleanup_close_ int fd = openat(place->fd, "f", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

        assert_ok(ftruncate(fd, 4096));
        expect_damage(place);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(several_members_follow_each_other),          CASE(many_bytes_are_read_in_any_pieces),
                CASE(a_file_that_is_cut_off_anywhere_is_damaged), CASE(a_changed_byte_is_noticed),
                CASE(zeros_behind_the_last_member_are_damage),    CASE(a_file_of_zeros_is_damaged),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
