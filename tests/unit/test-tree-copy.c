/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <limits.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>

#include "base/fd.h"
#include "base/userns.h"
#include "place.h"
#include "tree/copy.h"

#define HOLE_BYTES (1024 * 1024)

/* Two directories, "from" and "to". */
struct trees {
        const struct store_dir *place;
        int from, to;
};

static int make_trees(void **state) {
        static struct trees trees;

        if (place_make(state) < 0)
                return -1;
        trees.place = *state;
        put_dir(trees.place->fd, "from");
        put_dir(trees.place->fd, "to");
        trees.from = open_dir_beneath(trees.place->fd, "from");
        trees.to = open_dir_beneath(trees.place->fd, "to");
        *state = &trees;
        return trees.from < 0 || trees.to < 0 ? -1 : 0;
}

static int remove_trees(void **state) {
        struct trees *trees = *state;

        close_fd(trees->from);
        close_fd(trees->to);
        *state = (void *) (uintptr_t) trees->place;
        return place_remove(state);
}

#define in_trees(function) cmocka_unit_test_setup_teardown(function, make_trees, remove_trees)

static struct stat stat_of(int fd, const char *name) {
        struct stat st;

        assert_ok(fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW));
        return st;
}

static void expect_like(const struct trees *trees, const char *name) {
        struct stat from = stat_of(trees->from, name), to = stat_of(trees->to, name);

        assert_int_equal(from.st_mode, to.st_mode);
        assert_int_equal(from.st_uid, to.st_uid);
        assert_int_equal(from.st_gid, to.st_gid);
        assert_int_equal(from.st_rdev, to.st_rdev);
        assert_int_equal(from.st_mtim.tv_sec, to.st_mtim.tv_sec);
        assert_int_equal(from.st_mtim.tv_nsec, to.st_mtim.tv_nsec);
        if (!S_ISDIR(from.st_mode))
                assert_int_equal(from.st_nlink, to.st_nlink);
}

static void set_time(int fd, const char *name, long sec, long nsec) {
        const struct timespec times[] = {{sec, nsec}, {sec + 1, nsec}};

        assert_ok(utimensat(fd, name, times, AT_SYMLINK_NOFOLLOW));
}

static void files_and_directories_are_copied_with_modes_and_times(void **state) {
        const struct trees *trees = *state;
        _cleanup_free_ char *text = NULL;
        size_t len;

        put_dir(trees->from, "d");
        put_dir(trees->from, "d/e");
        put_text(trees->from, "d/e/file", "text");
        put_text(trees->from, "empty", "");
        assert_ok(fchmodat(trees->from, "d/e/file", 04711, 0));
        set_time(trees->from, "d/e/file", 1000000000, 123456789);
        set_time(trees->from, "d/e", 1100000000, 1);
        set_time(trees->from, "d", 1200000000, 2);
        assert_ok(fchmodat(trees->from, "d", 01755, 0));
        set_time(trees->from, ".", 1300000000, 3);
        assert_ok(fchmodat(trees->from, ".", 0555, 0));

        assert_ok(copy_tree(trees->from, trees->to, NULL));
        assert_int_equal(stat_of(trees->to, "d/e/file").st_atim.tv_sec, 1000000000);
        assert_ok(read_file_at(trees->to, "d/e/file", 100, &text, &len, NULL));
        assert_string_equal(text, "text");
        expect_like(trees, "d/e/file");
        expect_like(trees, "d/e");
        expect_like(trees, "d");
        expect_like(trees, ".");
        expect_like(trees, "empty");
}

static void links_and_special_files_are_copied(void **state) {
        const struct trees *trees = *state;
        _cleanup_free_ char *target = NULL;

        put_link(trees->from, "link", "/etc/passwd");
        set_time(trees->from, "link", 1000000000, 5);
        assert_ok(mkfifoat(trees->from, "fifo", 0620));
        set_time(trees->from, "fifo", 1000000000, 6);
        assert_ok(mknodat(trees->from, "socket", S_IFSOCK | 0711, 0));
        if (geteuid() == 0) {
                assert_ok(mknodat(trees->from, "device", S_IFCHR | 0600, makedev(1, 3)));
                assert_ok(mknodat(trees->from, "whiteout", S_IFCHR, 0));
                assert_ok(fchownat(trees->from, "link", 1234, 5678, AT_SYMLINK_NOFOLLOW));
                assert_ok(fchownat(trees->from, "fifo", 1234, 5678, AT_SYMLINK_NOFOLLOW));
        }

        assert_ok(copy_tree(trees->from, trees->to, NULL));
        assert_ok(readlink_alloc_at(trees->to, "link", &target));
        assert_string_equal(target, "/etc/passwd");
        expect_like(trees, "link");
        expect_like(trees, "fifo");
        expect_like(trees, "socket");
        if (geteuid() == 0) {
                expect_like(trees, "device");
                expect_like(trees, "whiteout");
        }
}

static void owners_stay_and_take_no_bits_away(void **state) {
        const struct trees *trees = *state;

        if (geteuid() != 0)
                skip();
        put_text(trees->from, "file", "text");
        assert_ok(fchownat(trees->from, "file", 1234, 5678, 0));
        assert_ok(fchmodat(trees->from, "file", 06755, 0));
        put_dir(trees->from, "d");
        assert_ok(fchownat(trees->from, "d", 99, 98, 0));
        assert_ok(fchmodat(trees->from, "d", 0, 0));
        assert_ok(copy_tree(trees->from, trees->to, NULL));
        expect_like(trees, "file");
        expect_like(trees, "d");
}

static void one_inode_stays_one(void **state) {
        const struct trees *trees = *state;

        put_dir(trees->from, "d");
        put_text(trees->from, "file", "text");
        assert_ok(linkat(trees->from, "file", trees->from, "d/again", 0));
        assert_ok(linkat(trees->from, "file", trees->from, "third", 0));
        put_link(trees->from, "link", "file");
        assert_ok(linkat(trees->from, "link", trees->from, "d/link", 0));
        /* One of its links lies elsewhere. */
        put_text(trees->from, "two", "");
        assert_ok(linkat(trees->from, "two", trees->place->fd, "outside", 0));

        assert_ok(copy_tree(trees->from, trees->to, NULL));
        assert_int_equal(stat_of(trees->to, "file").st_ino, stat_of(trees->to, "d/again").st_ino);
        assert_int_equal(stat_of(trees->to, "file").st_ino, stat_of(trees->to, "third").st_ino);
        assert_int_equal(stat_of(trees->to, "link").st_ino, stat_of(trees->to, "d/link").st_ino);
        assert_int_equal(stat_of(trees->to, "two").st_nlink, 1);
        expect_like(trees, "file");
}

static void attributes_of_the_content_are_copied(void **state) {
        /* CAP_NET_RAW, permitted and effective (linux/capability.h: VFS_CAP_REVISION_2). */
        static const unsigned char capability[20] = {1, 0, 0, 2, 0, 0x20};
        const struct trees *trees = *state;
        _cleanup_close_ int from = -1, to = -1;
        char value[64];

        put_text(trees->from, "file", "text");
        from = open_beneath(trees->from, "file", O_RDONLY);
        if (fsetxattr(from, "user.name", "value", 5, 0) < 0)
                skip();
        assert_ok(fsetxattr(trees->from, "user.top", "", 0, 0));
        if (geteuid() == 0) {
                assert_ok(fsetxattr(from, "security.capability", capability, sizeof(capability), 0));
                assert_ok(fsetxattr(trees->from, "trusted.overlay.opaque", "y", 1, 0));
                assert_ok(fsetxattr(trees->from, "trusted.other", "y", 1, 0));
        }

        assert_ok(copy_tree(trees->from, trees->to, NULL));
        to = open_beneath(trees->to, "file", O_RDONLY);
        assert_int_equal(fgetxattr(to, "user.name", value, sizeof(value)), 5);
        assert_memory_equal(value, "value", 5);
        assert_int_equal(fgetxattr(trees->to, "user.top", value, sizeof(value)), 0);
        if (geteuid() != 0)
                return;
        assert_int_equal(fgetxattr(to, "security.capability", value, sizeof(value)), sizeof(capability));
        assert_memory_equal(value, capability, sizeof(capability));
        assert_int_equal(fgetxattr(trees->to, "trusted.overlay.opaque", value, sizeof(value)), 1);
        assert_int_equal(fgetxattr(trees->to, "trusted.other", value, sizeof(value)), -1);
}

static void put_at(int fd, const char *name, off_t at, const char *text) {
        _cleanup_close_ int file = openat(fd, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

        assert_ok(file);
        assert_int_equal(pwrite(file, text, strlen(text), at), (ssize_t) strlen(text));
        assert_ok(ftruncate(file, 3 * HOLE_BYTES));
}

static void holes_stay_holes(void **state) {
        const struct trees *trees = *state;
        _cleanup_free_ char *from = NULL, *to = NULL;
        size_t n, m;

        put_at(trees->from, "file", HOLE_BYTES, "in the middle");
        assert_ok(copy_tree(trees->from, trees->to, NULL));
        assert_ok(read_file_at(trees->from, "file", 4 * HOLE_BYTES, &from, &n, NULL));
        assert_ok(read_file_at(trees->to, "file", 4 * HOLE_BYTES, &to, &m, NULL));
        assert_int_equal(n, m);
        assert_memory_equal(from, to, n);
        assert_int_equal(stat_of(trees->to, "file").st_blocks, stat_of(trees->from, "file").st_blocks);
}

static void large_files_are_copied_whole(void **state) {
        const struct trees *trees = *state;
        _cleanup_free_ char *from = malloc(3 * HOLE_BYTES + 7), *to = NULL;
        size_t n;

        assert_non_null(from);
        for (size_t i = 0; i < 3 * HOLE_BYTES + 7; i++)
                from[i] = (char) (i * 7 + i / 4096 + 1);
        put_bytes(trees->from, "file", from, 3 * HOLE_BYTES + 7);
        assert_ok(copy_tree(trees->from, trees->to, NULL));
        assert_ok(read_file_at(trees->to, "file", 4 * HOLE_BYTES, &to, &n, NULL));
        assert_int_equal(n, 3 * HOLE_BYTES + 7);
        assert_memory_equal(from, to, n);
}

/* Makes it deeper by a directory with a long name; returns the descriptor of that. */
static int deeper(int fd, const char *name) {
        int next;

        put_dir(fd, name);
        next = open_dir_beneath(fd, name);
        assert_ok(next);
        close_fd(fd);
        return next;
}

static void a_deep_tree_takes_no_more_descriptors(void **state) {
        const struct trees *trees = *state;
        struct identity id;
        char path[2 * 1000 + 1];
        int fd = dup(trees->from);

        for (size_t i = 0; i < 1000; i++) {
                fd = deeper(fd, "d");
                memcpy(path + 2 * i, "d/", 3);
        }
        put_text(fd, "file", "");
        close_fd(fd);
        assert_ok(copy_tree(trees->from, trees->to, NULL));
        path[sizeof(path) - 2] = '\0';
        assert_ok(identity_at(trees->to, path, &id));
}

/* So that what is left is short enough to be removed. */
static void shorten(int fd, const char *name) {
        char second[2 + NAME_MAX + 1];

        (void) snprintf(second, sizeof(second), "n/%s", name);
        assert_ok(renameat(fd, name, fd, "n"));
        assert_ok(renameat(fd, second, fd, "n/n"));
}

static void a_path_that_no_call_takes_is_an_error(void **state) {
        const struct trees *trees = *state;
        char name[NAME_MAX + 1];
        struct error error;
        int fd = dup(trees->from), r;

        memset(name, 'n', NAME_MAX);
        name[NAME_MAX] = '\0';
        for (size_t i = 0; i < PATH_MAX / NAME_MAX + 1; i++)
                fd = deeper(fd, name);
        r = copy_tree(trees->from, trees->to, &error);
        close_fd(fd);
        shorten(trees->from, name);
        shorten(trees->to, name);
        assert_int_equal(r, -ENAMETOOLONG);
        assert_int_equal(error.code, r);
}

static void what_is_mounted_in_it_is_not_copied(void **state) {
        const struct trees *trees = *state;
        struct error error;
        char path[256];
        int r;

        if (geteuid() != 0)
                skip();
        put_dir(trees->from, "d");
        (void) snprintf(path, sizeof(path), "%s/from/d", trees->place->path);
        assert_ok(mount("none", path, "tmpfs", 0, NULL));
        r = copy_tree(trees->from, trees->to, &error);
        assert_ok(umount(path));
        assert_int_equal(r, -EXDEV);
        assert_non_null(strstr(error.text, "d"));

        put_text(trees->from, "file", "");
        (void) snprintf(path, sizeof(path), "%s/from/file", trees->place->path);
        assert_ok(mount("/dev/null", path, NULL, MS_BIND, NULL));
        assert_ok(unlinkat(trees->to, "d", AT_REMOVEDIR));
        r = copy_tree(trees->from, trees->to, &error);
        assert_ok(umount(path));
        assert_int_equal(r, -EXDEV);
        assert_non_null(strstr(error.text, "file"));
}

static void what_stands_in_the_way_is_named(void **state) {
        const struct trees *trees = *state;
        struct error error;

        put_dir(trees->from, "d");
        put_text(trees->from, "d/new\nline", "");
        put_dir(trees->to, "d");
        assert_int_equal(copy_tree(trees->from, trees->to, &error), -EEXIST);
        assert_non_null(strstr(error.text, "cannot copy d: "));
        assert_ok(unlinkat(trees->to, "d", AT_REMOVEDIR));
        assert_ok(fchmodat(trees->from, ".", 0755, 0));
        assert_ok(copy_tree(trees->from, trees->to, &error));
}

static bool put_proc(const char *path, const char *text) {
        _cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);

        return fd >= 0 && write(fd, text, strlen(text)) == (ssize_t) strlen(text);
}

/* 77 where this may not be had. */
static int map_root(void) {
        if (unshare(CLONE_NEWUSER) < 0)
                return 77;
        if (!in_user_namespace())
                return 1;
        if (!put_proc("/proc/self/setgroups", "deny") || !put_proc("/proc/self/uid_map", "0 0 1") ||
            !put_proc("/proc/self/gid_map", "0 0 1"))
                return 77;
        return in_user_namespace() ? 0 : 2;
}

static int copy_in_namespace(const struct trees *trees) {
        int r = map_root();

        if (r != 0)
                return r;
        if (copy_tree(trees->from, trees->to, NULL) < 0)
                return 3;
        return is_there(trees->to, "device") || is_there(trees->to, "again") ? 4 : !is_there(trees->to, "z");
}

static void devices_are_left_out_in_a_user_namespace(void **state) {
        const struct trees *trees = *state;
        int status = -1;
        pid_t pid;

        if (geteuid() != 0 || in_user_namespace())
                skip();
        assert_ok(mknodat(trees->from, "device", S_IFCHR | 0600, makedev(1, 3)));
        assert_ok(linkat(trees->from, "device", trees->from, "again", 0));
        put_text(trees->from, "z", "");
        pid = fork();
        if (pid == 0)
                _exit(copy_in_namespace(trees));
        assert_int_equal(waitpid(pid, &status, 0), pid);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
                skip();
        assert_int_equal(status, 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                in_trees(files_and_directories_are_copied_with_modes_and_times),
                in_trees(links_and_special_files_are_copied),
                in_trees(owners_stay_and_take_no_bits_away),
                in_trees(one_inode_stays_one),
                in_trees(attributes_of_the_content_are_copied),
                in_trees(holes_stay_holes),
                in_trees(large_files_are_copied_whole),
                in_trees(a_deep_tree_takes_no_more_descriptors),
                in_trees(a_path_that_no_call_takes_is_an_error),
                in_trees(what_is_mounted_in_it_is_not_copied),
                in_trees(what_stands_in_the_way_is_named),
                in_trees(devices_are_left_out_in_a_user_namespace),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
