/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "split-file.h"
#include "unit.h"
#include "verify/archive.h"
#include "verify/entry-path.h"

static char dir[] = "/tmp/test-verify-archive-XXXXXX";
static int dir_fd = -1;

static int setup(void **state) {
        (void) state;
        assert_non_null(mkdtemp(dir));
        dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
        return dir_fd < 0;
}

static int teardown(void **state) {
        (void) state;
        (void) unlinkat(dir_fd, "f", 0);
        close(dir_fd);
        return rmdir(dir);
}

static struct archive *open_archive(struct split_file *split, int *ret_fd) {
        struct archive *archive;

        *ret_fd = split_write(split, dir_fd, "f");
        assert_ok(archive_new(*ret_fd, &archive, NULL));
        return archive;
}

static void a_path_is_relative_and_clean(void **state) {
        static const struct {
                const char *name, *path;
        } known[] = {
                {"a", "a"},
                {"./a/", "a"},
                {"/a//b/.", "a/b"},
                {"a/../b", "b"},
                {"a/b/../..", "."},
                {"", "."},
                {".", "."},
                {"/", "."},
                {"/../a", "a"},
                {"a/b/../c", "a/c"},
                {"...", "..."},
                {"a/..b", "a/..b"},
                {"a\n/\xff", "a\n/\xff"},
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
                _cleanup_free_ char *path = NULL;

                assert_ok(entry_path(known[i].name, &path));
                assert_string_equal(path, known[i].path);
        }
}

static void no_path_leads_out_of_the_layer(void **state) {
        static const char *const names[] = {"..", "../a", "a/../../b", "./.."};
        char name[PATH_MAX + 1], *path;

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(names); i++)
                assert_int_equal(entry_path(names[i], &path), -EBADMSG);
        memset(name, 'a', PATH_MAX);
        name[PATH_MAX] = '\0';
        assert_int_equal(entry_path(name, &path), -EBADMSG);
}

static void an_entry_combines_a_line_and_a_header(void **state) {
        _cleanup_split_file_ struct split_file split = SPLIT_FILE_INIT;
        _cleanup_(archive_freep) struct archive *archive = NULL;
        _cleanup_close_ int fd = -1;
        struct archive_entry entry;

        (void) state;
        split_entry(&split, '5', "./d/", 0755, NULL, NULL);
        split_entry(&split, '0', "./d/f", 04711, NULL, "content");
        split_entry(&split, '1', "./d/h", 04711, "./d/f", NULL);
        split_entry(&split, '2', "./d/s", 0777, "../x/./y", NULL);
        split_end(&split);
        archive = open_archive(&split, &fd);

        assert_int_equal(archive_next(archive, &entry, NULL), 1);
        assert_int_equal(entry.type, ARCHIVE_DIRECTORY);
        assert_string_equal(entry.path, "d");
        assert_int_equal(archive_next(archive, &entry, NULL), 1);
        assert_int_equal(entry.type, ARCHIVE_REGULAR);
        assert_string_equal(entry.path, "d/f");
        assert_int_equal(entry.index, 1);
        assert_int_equal(entry.mode, 04711);
        assert_int_equal(entry.size, 7);
        assert_true(entry.has_crc);
        assert_int_equal(archive_next(archive, &entry, NULL), 1);
        assert_int_equal(entry.type, ARCHIVE_HARD_LINK);
        assert_string_equal(entry.link, "d/f");
        assert_int_equal(archive_next(archive, &entry, NULL), 1);
        assert_int_equal(entry.type, ARCHIVE_SYMLINK);
        assert_string_equal(entry.link, "../x/./y");
        assert_int_equal(archive_next(archive, &entry, NULL), 0);
}

static void whiteouts_have_the_path_of_what_they_delete(void **state) {
        _cleanup_split_file_ struct split_file split = SPLIT_FILE_INIT;
        _cleanup_(archive_freep) struct archive *archive = NULL;
        _cleanup_close_ int fd = -1;
        struct archive_entry entry;

        (void) state;
        split_entry(&split, '0', "d/.wh.gone", 0, NULL, NULL);
        split_entry(&split, '0', "d/.wh..wh..opq", 0, NULL, NULL);
        split_entry(&split, '0', ".wh..wh..opq", 0, NULL, NULL);
        split_end(&split);
        archive = open_archive(&split, &fd);

        assert_int_equal(archive_next(archive, &entry, NULL), 1);
        assert_int_equal(entry.type, ARCHIVE_WHITEOUT);
        assert_string_equal(entry.path, "d/gone");
        assert_int_equal(archive_next(archive, &entry, NULL), 1);
        assert_int_equal(entry.type, ARCHIVE_OPAQUE);
        assert_string_equal(entry.path, "d");
        assert_int_equal(archive_next(archive, &entry, NULL), 1);
        assert_int_equal(entry.type, ARCHIVE_OPAQUE);
        assert_string_equal(entry.path, ".");
        assert_int_equal(archive_next(archive, &entry, NULL), 0);
}

/* A link to a file of aufs is extracted as a copy of it (diff.go:UnpackLayer). */
static void what_is_not_in_a_layer_is_no_entry(void **state) {
        _cleanup_split_file_ struct split_file split = SPLIT_FILE_INIT;
        _cleanup_(archive_freep) struct archive *archive = NULL;
        _cleanup_close_ int fd = -1;
        struct archive_entry entry;

        (void) state;
        split_header(&split, &(struct split_header){.type = 'g', .name = "pax_global_header", .size = 512});
        for (unsigned i = 0; i < 32; i++)
                split_bytes(&split, "16 comment=1234\n", 16);
        split_content(&split, "pax_global_header", NULL);
        split_entry(&split, '5', ".wh..wh.plnk/", 0700, NULL, NULL);
        split_entry(&split, '0', ".wh..wh.plnk/1", 0600, NULL, "x");
        split_entry(&split, '1', "linked", 0600, ".wh..wh.plnk/1", NULL);
        split_entry(&split, '0', "d/.wh..wh.orph", 0600, NULL, NULL);
        split_entry(&split, '0', "d/.wh.", 0600, NULL, NULL);
        split_end(&split);
        archive = open_archive(&split, &fd);
        assert_int_equal(archive_next(archive, &entry, NULL), 0);
}

static void a_directory_of_the_oldest_format_ends_in_a_slash(void **state) {
        _cleanup_split_file_ struct split_file split = SPLIT_FILE_INIT;
        _cleanup_(archive_freep) struct archive *archive = NULL;
        _cleanup_close_ int fd = -1;
        struct archive_entry entry;

        (void) state;
        split_entry(&split, '\0', "d/", 0755, NULL, NULL);
        split_entry(&split, '\0', "f", 0755, NULL, NULL);
        split_end(&split);
        archive = open_archive(&split, &fd);
        assert_int_equal(archive_next(archive, &entry, NULL), 1);
        assert_int_equal(entry.type, ARCHIVE_DIRECTORY);
        assert_int_equal(archive_next(archive, &entry, NULL), 1);
        assert_int_equal(entry.type, ARCHIVE_REGULAR);
}

static int read_wrong(struct split_file *split) {
        _cleanup_(archive_freep) struct archive *archive = NULL;
        _cleanup_close_ int fd = -1;
        struct archive_entry entry;
        int r;

        archive = open_archive(split, &fd);
        while ((r = archive_next(archive, &entry, NULL)) > 0)
                ;
        return r;
}

static void a_tar_split_of_no_layer_is_refused(void **state) {
        _cleanup_split_file_ struct split_file no_header = SPLIT_FILE_INIT, outside = SPLIT_FILE_INIT,
                                               target_outside = SPLIT_FILE_INIT;

        (void) state;
        split_content(&no_header, "f", "x");
        assert_int_equal(read_wrong(&no_header), -EBADMSG);
        split_entry(&outside, '0', "../f", 0600, NULL, "x");
        assert_int_equal(read_wrong(&outside), -EBADMSG);
        split_entry(&target_outside, '1', "f", 0600, "../f", NULL);
        assert_int_equal(read_wrong(&target_outside), -EBADMSG);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_path_is_relative_and_clean),
                cmocka_unit_test(no_path_leads_out_of_the_layer),
                cmocka_unit_test(an_entry_combines_a_line_and_a_header),
                cmocka_unit_test(whiteouts_have_the_path_of_what_they_delete),
                cmocka_unit_test(what_is_not_in_a_layer_is_no_entry),
                cmocka_unit_test(a_directory_of_the_oldest_format_ends_in_a_slash),
                cmocka_unit_test(a_tar_split_of_no_layer_is_refused),
        };

        return cmocka_run_group_tests(tests, setup, teardown);
}
