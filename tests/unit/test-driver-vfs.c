/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/fd.h"
#include "driver/registry.h"
#include "place.h"

#define ID_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static const char *const on_a[] = {ID_A, NULL};

static void drivers_are_found_by_their_exact_names(void **state) {
        (void) state;
        assert_ptr_equal(driver_find("overlay"), &driver_overlay);
        assert_ptr_equal(driver_find("vfs"), &driver_vfs);
        assert_null(driver_find("overlay2"));
        assert_null(driver_find("zfs"));
        assert_null(driver_find("VFS"));
        assert_null(driver_find(""));
}

static void each_of_our_drivers_is_one_of_theirs(void **state) {
        bool overlay = false, vfs = false;

        (void) state;
        for (size_t i = 0; driver_go_names[i]; i++) {
                overlay = overlay || strcmp(driver_go_names[i], "overlay") == 0;
                vfs = vfs || strcmp(driver_go_names[i], "vfs") == 0;
        }
        assert_true(overlay && vfs);
        assert_string_equal(driver_go_names[0], "overlay");
}

static void vfs_has_a_directory_of_layers_without_links(void **state) {
        (void) state;
        assert_string_equal(driver_vfs.layers_dir, "dir");
        assert_string_equal(driver_vfs.temp_root, "tempdirs");
        assert_null(driver_vfs.links_dir);
        assert_null(driver_vfs.staging_dir);
        assert_null(driver_vfs.read_lowers);
        assert_null(driver_vfs.read_link);
        assert_null(driver_vfs.is_split_layer);
        assert_true(driver_vfs.is_own_name("lost+found"));
        assert_false(driver_vfs.is_own_name("compat1"));
}

static int create(const struct store_dir *place, const char *id, const char *const *parents, bool follows) {
        const struct homes homes = {.fds = &place->fd, .n = 1, .runroot_fd = -1};
        const struct new_layer layer = {
                .id = id, .parents = parents, .uid = geteuid(), .gid = getegid(), .content_follows = follows};

        return driver_vfs.create_layer(&homes, place->fd, &layer, NULL);
}

static void a_layer_on_nothing_is_an_empty_directory(void **state) {
        const struct store_dir *place = *state;
        _cleanup_close_ int home = driver_vfs.make_home(place->fd, NULL);

        assert_ok(home);
        assert_int_equal(mode_of(place->fd, "vfs"), 0700);
        assert_int_equal(mode_of(home, "dir"), 0700);
        assert_ok(create(place, ID_A, NULL, false));
        assert_int_equal(mode_of(place->fd, "dir/" ID_A), 0555);
}

static void a_layer_begins_as_a_copy_of_its_parent(void **state) {
        const struct store_dir *place = *state;

        assert_int_equal(create(place, ID_B, on_a, false), -ENOENT);
        assert_ok(create(place, ID_A, NULL, false));
        put_text(place->fd, "dir/" ID_A "/file", "text");
        assert_ok(fchmodat(place->fd, "dir/" ID_A, 0751, 0));
        assert_ok(create(place, ID_B, on_a, false));
        assert_true(is_there(place->fd, "dir/" ID_B "/file"));
        assert_int_equal(mode_of(place->fd, "dir/" ID_B), 0751);
}

static void a_layer_whose_content_follows_is_not_filled(void **state) {
        const struct store_dir *place = *state;
        const struct homes homes = {.fds = &place->fd, .n = 1, .runroot_fd = -1};
        _cleanup_close_ int fd = -1, content = -1;
        struct error error;

        assert_ok(create(place, ID_A, NULL, false));
        put_text(place->fd, "dir/" ID_A "/file", "text");
        assert_ok(create(place, ID_B, on_a, true));
        assert_false(is_there(place->fd, "dir/" ID_B "/file"));

        fd = driver_vfs.make_content(&homes, ID_A, place->fd, "new", NULL);
        assert_ok(fd);
        assert_true(is_there(fd, "file"));
        put_text(fd, "more", "");
        assert_ok(driver_vfs.put_content(place->fd, ID_B, place->fd, "new", NULL));
        content = driver_vfs.open_content(&homes, ID_B, NULL);
        assert_ok(content);
        assert_true(is_there(content, "more"));
        assert_true(is_there(content, "file"));

        put_dir(place->fd, "new");
        assert_int_equal(driver_vfs.put_content(place->fd, ID_B, place->fd, "new", &error), -ENOTEMPTY);
        assert_non_null(strstr(error.text, ID_B));
}

static void a_leftover_gives_way(void **state) {
        const struct store_dir *place = *state;

        assert_ok(create(place, ID_A, NULL, false));
        put_dir(place->fd, "dir/" ID_B);
        put_text(place->fd, "dir/" ID_B "/old", "");
        assert_ok(create(place, ID_B, on_a, false));
        assert_false(is_there(place->fd, "dir/" ID_B "/old"));
        assert_false(is_there(place->fd, "tempdirs"));
}

static void what_cannot_be_copied_whole_is_not_made(void **state) {
        const struct store_dir *place = *state;
        char name[NAME_MAX + 1];
        int fd;

        assert_ok(create(place, ID_A, NULL, false));
        fd = openat(place->fd, "dir/" ID_A, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        memset(name, 'n', NAME_MAX);
        name[NAME_MAX] = '\0';
        for (size_t i = 0; i < PATH_MAX / NAME_MAX + 1; i++) {
                int next;

                put_dir(fd, name);
                next = openat(fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
                close_fd(fd);
                fd = next;
        }
        close_fd(fd);
        assert_int_equal(create(place, ID_B, on_a, false), -ENAMETOOLONG);
        assert_false(is_there(place->fd, "dir/" ID_B));
        assert_false(is_there(place->fd, "tempdirs"));
        fd = openat(place->fd, "dir/" ID_A, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_ok(renameat(fd, name, place->fd, "n"));
        close_fd(fd);
        fd = openat(place->fd, "n", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_ok(renameat(fd, name, place->fd, "m"));
        close_fd(fd);
}

static void nothing_is_mounted(void **state) {
        static const char *const ro[] = {"ro", NULL}, *const nodev[] = {"ro", "nodev", NULL};
        const struct store_dir *place = *state;
        const int fds[] = {-1, place->fd};
        const struct homes homes = {.fds = fds, .n = 2, .runroot_fd = -1};
        struct layer_mount mount = {.id = ID_A, .options = ro};
        _cleanup_free_ char *path = NULL;
        struct error error;

        assert_int_equal(driver_vfs.mount(&homes, &mount, NULL), -ENOENT);
        assert_ok(create(place, ID_A, NULL, false));
        assert_ok(driver_vfs.mount(&homes, &mount, NULL));
        mount.options = nodev;
        assert_int_equal(driver_vfs.mount(&homes, &mount, &error), -EINVAL);
        assert_non_null(strstr(error.text, "nodev"));
        assert_ok(driver_vfs.unmount(&homes, ID_A, NULL));
        assert_int_equal(driver_vfs.mount_path(&homes, true, ID_A, &path), -ENOENT);
        assert_ok(driver_vfs.mount_path(&homes, false, ID_B, &path));
        assert_true(strncmp(path, place->path, strlen(place->path)) == 0);
        assert_string_equal(path + strlen(place->path), "/dir/" ID_B);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(drivers_are_found_by_their_exact_names),
                cmocka_unit_test(each_of_our_drivers_is_one_of_theirs),
                cmocka_unit_test(vfs_has_a_directory_of_layers_without_links),
                in_place(a_layer_on_nothing_is_an_empty_directory),
                in_place(a_layer_begins_as_a_copy_of_its_parent),
                in_place(a_layer_whose_content_follows_is_not_filled),
                in_place(a_leftover_gives_way),
                in_place(what_cannot_be_copied_whole_is_not_made),
                in_place(nothing_is_mounted),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
