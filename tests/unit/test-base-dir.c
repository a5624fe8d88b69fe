/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/dir.h"
#include "base/fd.h"
#include "tree/dirstream.h"
#include "unit.h"

struct store_dir {
        char path[64];
        int fd;
};

static int make_place(void **state) {
        static struct store_dir place;

        (void) snprintf(place.path, sizeof(place.path), "/tmp/test-base-dir-XXXXXX");
        if (!mkdtemp(place.path))
                return -1;
        place.fd = open(place.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        *state = &place;
        return place.fd < 0;
}

static int remove_place(void **state) {
        struct store_dir *place = *state;

        (void) close(place->fd);
        return rmdir(place->path);
}

static void a_list_is_sorted_and_without_dots(void **state) {
        _cleanup_dir_list_ struct dir_list list = DIR_LIST_INIT;
        const struct store_dir *place = *state;
        static const char *const names[] = {"b", "\xff", "a", "B"};

        for (size_t i = 0; i < ARRAY_SIZE(names); i++)
                assert_ok(mkdirat(place->fd, names[i], 0700));
        assert_ok(dir_list_read(&list, place->fd));
        assert_int_equal(list.n, 4);
        assert_string_equal(list.entries[0].name, "B");
        assert_string_equal(list.entries[1].name, "a");
        assert_string_equal(list.entries[3].name, "\xff");
        for (size_t i = 0; i < ARRAY_SIZE(names); i++)
                assert_ok(unlinkat(place->fd, names[i], AT_REMOVEDIR));
}

static size_t take_piece(struct dir_stream *stream, int fd) {
        struct dir_entry entry;
        size_t n = 0;

        assert_ok(dir_stream_fill(stream, fd));
        while (dir_stream_take(stream, &entry)) {
                assert_ok(unlinkat(fd, entry.name, 0));
                n++;
        }
        return n;
}

static void two_streams_of_one_descriptor_share_the_entries(void **state) {
        _cleanup_free_ struct dir_stream *one = malloc(sizeof(*one)), *two = malloc(sizeof(*two));
        const struct store_dir *place = *state;
        size_t n, sum = 0;
        char name[32];

        for (int i = 0; i < 3000; i++) {
                (void) snprintf(name, sizeof(name), "file-%d", i);
                assert_ok(symlinkat("x", place->fd, name));
        }
        do {
                n = take_piece(one, place->fd) + take_piece(two, place->fd);
                sum += n;
        } while (n > 0);
        assert_int_equal(sum, 3000);
}

static void opening_beneath_follows_no_link_and_goes_nowhere_else(void **state) {
        const struct store_dir *place = *state;

        assert_ok(symlinkat("/", place->fd, "link"));
        assert_int_equal(open_beneath(place->fd, "link/etc", O_RDONLY), -ELOOP);
        assert_int_equal(open_beneath(place->fd, "link", O_RDONLY), -ELOOP);
        assert_int_equal(open_beneath(place->fd, "link", O_RDONLY | O_DIRECTORY), -ENOTDIR);
        assert_int_equal(open_beneath(place->fd, "..", O_RDONLY | O_DIRECTORY), -EXDEV);
        assert_int_equal(open_beneath(place->fd, "/etc", O_RDONLY | O_DIRECTORY), -EXDEV);
        assert_ok(unlinkat(place->fd, "link", 0));
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, make_place, remove_place)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(a_list_is_sorted_and_without_dots),
                CASE(two_streams_of_one_descriptor_share_the_entries),
                CASE(opening_beneath_follows_no_link_and_goes_nowhere_else),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
