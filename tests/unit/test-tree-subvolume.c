/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is no subvolume; those that are need a btrfs (tests/system/hostile-trees.sh, tests/interop/btrfs.sh).
 */

#include <linux/magic.h>
#include <sys/vfs.h>

#include "place.h"
#include "tree/subvolume.h"

static bool is_on_btrfs(int fd) {
        struct statfs fs;

        assert_ok(fstatfs(fd, &fs));
        return (uint32_t) fs.f_type == BTRFS_SUPER_MAGIC;
}

static void a_directory_is_none(void **state) {
        const struct store_dir *place = *state;

        assert_false(subvolume_is(place->fd));
        assert_false(subvolume_is(-1));
}

static void a_directory_is_not_destroyed(void **state) {
        const struct store_dir *place = *state;

        put_dir(place->fd, "dir");
        put_text(place->fd, "dir/file", "text");
        assert_true(subvolume_destroy(place->fd, "dir") < 0);
        assert_true(is_there(place->fd, "dir/file"));
}

static void elsewhere_nothing_is_the_default(void **state) {
        const struct store_dir *place = *state;
        char *path = NULL;

        if (is_on_btrfs(place->fd))
                skip();
        assert_int_equal(subvolume_default_path(place->fd, &path), -ENOENT);
        assert_null(path);
        assert_true(subvolume_is_default(place->fd) < 0);
        assert_true(subvolume_make_writable(place->fd) < 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                in_place(a_directory_is_none),
                in_place(a_directory_is_not_destroyed),
                in_place(elsewhere_nothing_is_the_default),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
