/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <sys/sysmacros.h>

#include "base/cleanup.h"
#include "unit.h"
#include "verify/judge.h"

#define SAME -1

static void expect(int kind, const struct archive_entry *entry, const struct sight *sight, bool keeps_lower) {
        struct mismatch mismatch;
        bool differs = judge_entry(entry, sight, keeps_lower, &mismatch);

        assert_int_equal(differs ? (int) mismatch.kind : SAME, kind);
}

static void a_regular_file_has_type_size_and_mode(void **state) {
        const struct archive_entry entry = {.type = ARCHIVE_REGULAR, .path = "f", .mode = 04755, .size = 7};
        struct sight sight = {.st = {.st_mode = S_IFREG | 04755, .st_size = 7}};

        (void) state;
        expect(SAME, &entry, &sight, false);
        sight.st.st_mode = S_IFREG | 0755;
        expect(CSTORAGE_MISMATCH_MODE, &entry, &sight, false);
        sight.st.st_size = 0;
        expect(CSTORAGE_MISMATCH_SIZE, &entry, &sight, false);
        sight.st.st_mode = S_IFDIR | 04755;
        expect(CSTORAGE_MISMATCH_TYPE, &entry, &sight, false);
        sight.error = -ENOENT;
        expect(CSTORAGE_MISMATCH_MISSING, &entry, &sight, false);
        sight.error = -EIO;
        expect(CSTORAGE_MISMATCH_UNREADABLE, &entry, &sight, false);
}

static void with_force_mask_modes_and_devices_are_in_an_attribute(void **state) {
        const struct archive_entry file = {.type = ARCHIVE_REGULAR, .path = "f", .mode = 0600, .size = 7};
        const struct archive_entry fifo = {.type = ARCHIVE_FIFO, .path = "f", .mode = 0600};
        struct sight sight = {.st = {.st_mode = S_IFREG | 0755, .st_size = 7}, .is_overridden = true};

        (void) state;
        expect(SAME, &file, &sight, false);
        expect(SAME, &fifo, &sight, false);
        sight.st.st_size = 6;
        expect(CSTORAGE_MISMATCH_SIZE, &file, &sight, false);
        sight.st.st_mode = S_IFDIR | 0755;
        expect(CSTORAGE_MISMATCH_TYPE, &fifo, &sight, false);
}

static void the_driver_sets_the_mode_of_the_root(void **state) {
        const struct archive_entry root = {.type = ARCHIVE_DIRECTORY, .path = ".", .mode = 0700};
        const struct archive_entry other = {.type = ARCHIVE_DIRECTORY, .path = "d", .mode = 0700};
        const struct sight sight = {.st = {.st_mode = S_IFDIR | 0555}};

        (void) state;
        expect(SAME, &root, &sight, false);
        expect(CSTORAGE_MISMATCH_MODE, &other, &sight, false);
}

static void a_device_may_be_missing_but_not_another(void **state) {
        const struct archive_entry entry = {
                .type = ARCHIVE_CHAR, .path = "d", .mode = 0600, .major = 1, .minor = 3};
        struct sight sight = {.st = {.st_mode = S_IFCHR | 0600, .st_rdev = makedev(1, 3)}};

        (void) state;
        expect(SAME, &entry, &sight, false);
        sight.st.st_rdev = makedev(1, 5);
        expect(CSTORAGE_MISMATCH_DEVICE, &entry, &sight, false);
        sight.st.st_mode = S_IFBLK | 0600;
        expect(CSTORAGE_MISMATCH_TYPE, &entry, &sight, false);
        sight.error = -ENOENT;
        expect(SAME, &entry, &sight, false);
        sight.error = -EIO;
        expect(CSTORAGE_MISMATCH_UNREADABLE, &entry, &sight, false);
}

static void a_link_has_a_target(void **state) {
        const struct archive_entry entry = {.type = ARCHIVE_SYMLINK, .path = "l", .mode = 0600, .link = "t"};
        struct sight sight = {.st = {.st_mode = S_IFLNK | 0777}, .link = "t"};

        (void) state;
        expect(SAME, &entry, &sight, false);
        sight.link[0] = '\0';
        expect(CSTORAGE_MISMATCH_LINK, &entry, &sight, false);
}

static void a_hard_link_is_the_file_of_its_target(void **state) {
        const struct archive_entry entry = {.type = ARCHIVE_HARD_LINK, .path = "l", .link = "t"};
        struct sight sight = {.st = {.st_dev = 1, .st_ino = 2, .st_mode = S_IFREG},
                              .target_device = 1,
                              .target_inode = 2};

        (void) state;
        expect(SAME, &entry, &sight, false);
        sight.target_error = -ENOENT;
        expect(CSTORAGE_MISMATCH_HARD_LINK, &entry, &sight, false);
        sight.target_error = 0;
        sight.target_inode = 3;
        expect(CSTORAGE_MISMATCH_HARD_LINK, &entry, &sight, false);
        sight.error = -ENOENT;
        expect(CSTORAGE_MISMATCH_MISSING, &entry, &sight, false);
}

static void a_whiteout_is_a_device_or_a_file_or_an_absence(void **state) {
        const struct archive_entry entry = {.type = ARCHIVE_WHITEOUT, .path = "w"};
        struct sight sight = {.st = {.st_mode = S_IFCHR}};

        (void) state;
        expect(SAME, &entry, &sight, false);
        expect(CSTORAGE_MISMATCH_WHITEOUT, &entry, &sight, true);
        sight.st.st_rdev = makedev(1, 3);
        expect(CSTORAGE_MISMATCH_WHITEOUT, &entry, &sight, false);
        sight.error = -ENOENT;
        expect(CSTORAGE_MISMATCH_WHITEOUT, &entry, &sight, false);
        expect(SAME, &entry, &sight, true);
        sight.has_marker = true;
        expect(SAME, &entry, &sight, false);
        sight.has_marker = false;
        sight.error = -ENOTDIR; /* below another whiteout */
        expect(SAME, &entry, &sight, false);
        sight.error = -EIO;
        expect(CSTORAGE_MISMATCH_UNREADABLE, &entry, &sight, false);
}

static void an_opaque_directory_has_a_mark(void **state) {
        const struct archive_entry entry = {.type = ARCHIVE_OPAQUE, .path = "d"};
        struct sight sight = {.st = {.st_mode = S_IFDIR}, .has_marker = true};

        (void) state;
        expect(SAME, &entry, &sight, false);
        sight.has_marker = false;
        expect(CSTORAGE_MISMATCH_OPAQUE, &entry, &sight, false);
        expect(SAME, &entry, &sight, true);
        sight.marker_unknown = true;
        expect(SAME, &entry, &sight, false);
        sight.st.st_mode = S_IFREG;
        expect(CSTORAGE_MISMATCH_TYPE, &entry, &sight, false);
        sight.error = -ENOENT;
        expect(CSTORAGE_MISMATCH_MISSING, &entry, &sight, false);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_regular_file_has_type_size_and_mode),
                cmocka_unit_test(with_force_mask_modes_and_devices_are_in_an_attribute),
                cmocka_unit_test(the_driver_sets_the_mode_of_the_root),
                cmocka_unit_test(a_device_may_be_missing_but_not_another),
                cmocka_unit_test(a_link_has_a_target),
                cmocka_unit_test(a_hard_link_is_the_file_of_its_target),
                cmocka_unit_test(a_whiteout_is_a_device_or_a_file_or_an_absence),
                cmocka_unit_test(an_opaque_directory_has_a_mark),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
