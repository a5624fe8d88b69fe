/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an entry is, told by a file system and locks that are made up: by the linker's --wrap. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/identity.h"
#include "disk/lock.h"
#include "inventory/inventory.h"
#include "tree/subvolume.h"
#include "unit.h"

#define STORE_DIR_FD 77
#define MOUNT_ID     5
#define ID           "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* ------------------------------------------------------------------------------------ what is made up */

struct file {
        const char *name;
        struct identity id;
};

static struct file files[4];
static size_t n_files;
static const char *lock; /* that may be asked for; NULL: none */
static int lock_answer, open_answer, default_code;
static bool on_btrfs, has_subvolume;
static const char *default_path;

int __wrap_identity_at(int fd, const char *name, struct identity *ret);
int __wrap_identity_at(int fd, const char *name, struct identity *ret) {
        assert_int_equal(fd, STORE_DIR_FD);
        for (size_t i = 0; i < n_files; i++)
                if (strcmp(files[i].name, name) == 0) {
                        *ret = files[i].id;
                        return ret->size == 0 ? 0 : -EIO;
                }
        return -ENOENT;
}

int __wrap_lock_probe(int dirfd, const char *path);
int __wrap_lock_probe(int dirfd, const char *path) {
        assert_int_equal(dirfd, STORE_DIR_FD);
        assert_non_null(lock);
        assert_string_equal(path, lock);
        return lock_answer;
}

bool __wrap_is_btrfs(int fd);
bool __wrap_is_btrfs(int fd) {
        assert_int_equal(fd, STORE_DIR_FD);
        return on_btrfs;
}

int __wrap_subvolume_default_path(int fd, char **ret);
int __wrap_subvolume_default_path(int fd, char **ret) {
        assert_int_equal(fd, STORE_DIR_FD);
        if (default_code == 0)
                *ret = strdup(default_path);
        return default_code;
}

int __wrap_open_beneath_same_mount(int dirfd, const char *name, int flags);
int __wrap_open_beneath_same_mount(int dirfd, const char *name, int flags) {
        assert_int_equal(dirfd, STORE_DIR_FD);
        assert_string_equal(name, ID);
        assert_int_equal(flags, O_RDONLY | O_DIRECTORY);
        return open_answer < 0 ? open_answer : open("/", O_RDONLY | O_CLOEXEC);
}

bool __wrap_subvolume_is(int fd);
bool __wrap_subvolume_is(int fd) {
        assert_true(fd >= 0);
        return has_subvolume;
}

static int setup(void **state) {
        (void) state;
        n_files = 0;
        lock = NULL;
        lock_answer = open_answer = 0;
        default_code = -ENOENT;
        on_btrfs = has_subvolume = false;
        return 0;
}

/* No descriptor that others have was closed. */
static int teardown(void **state) {
        (void) state;
        return fcntl(STDOUT_FILENO, F_GETFD) < 0;
}

static struct identity *add(const char *name, uint32_t mode, int64_t ctime_ns) {
        struct file *file = &files[n_files++];

        assert_true(n_files <= ARRAY_SIZE(files));
        *file = (struct file){name,
                              {.dev = 3, .ino = 4, .mnt_id = MOUNT_ID, .mode = mode, .ctime_ns = ctime_ns}};
        return &file->id;
}

#define ELSEWHERE "/elsewhere"

static int examine_as(enum cstorage_entry_kind kind, const char *name, const char *id, const char *mounted,
                      struct cstorage_entry_stat *ret) {
        _cleanup_(mountinfo_freep) struct mountinfo *mounts = NULL;
        struct store_dir place = {.fd = STORE_DIR_FD, .path = (char[]){"/g/overlay"}, .mount_id = MOUNT_ID};
        struct cstorage_entry entry = {.place = &place, .kind = kind, .name = name, .id = id};
        struct error error = {.text = ""};
        char path[512], line[1024];
        int r;

        (void) snprintf(path, sizeof(path), "/g/overlay/%s", name);
        entry.path = path;
        (void) snprintf(line, sizeof(line), "20 1 0:1 / %s rw - tmpfs tmpfs rw\n", mounted);
        assert_ok(mountinfo_parse(line, strlen(line), &mounts, NULL));
        memset(ret, 0xff, sizeof(*ret));
        r = entry_examine(&entry, mounts, ret, &error);
        assert_int_equal(error.code, r);
        assert_int_equal(r < 0, error.text[0] != '\0');
        if (r < 0)
                assert_non_null(strstr(error.text, "/g/overlay/"));
        return r;
}

static struct cstorage_entry_stat examine(enum cstorage_entry_kind kind, const char *name) {
        struct cstorage_entry_stat identity;

        assert_int_equal(examine_as(kind, name, ID, ELSEWHERE, &identity), 0);
        return identity;
}

/* ------------------------------------------------------------------------------------------ the entry */

static void it_is_what_the_file_system_says(void **state) {
        struct cstorage_entry_stat identity;

        (void) state;
        add(ID, S_IFDIR | 0700, 9);
        identity = examine(CSTORAGE_ENTRY_PROBE, ID);
        assert_int_equal(identity.device, 3);
        assert_int_equal(identity.inode, 4);
        assert_int_equal(identity.mount_id, MOUNT_ID);
        assert_int_equal(identity.changed_ns, 9);
        assert_int_equal(identity.type, CSTORAGE_TYPE_DIRECTORY);
        assert_int_equal(identity.lock, CSTORAGE_ENTRY_LOCK_NONE);
        assert_false(identity.other_mount);
        assert_false(identity.mount_below);
}

static void each_type_is_told_from_the_others(void **state) {
        static const struct {
                uint32_t mode;
                enum cstorage_entry_type type;
        } types[] = {
                {S_IFDIR, CSTORAGE_TYPE_DIRECTORY}, {S_IFREG, CSTORAGE_TYPE_FILE},
                {S_IFLNK, CSTORAGE_TYPE_LINK},      {S_IFIFO, CSTORAGE_TYPE_OTHER},
                {S_IFSOCK, CSTORAGE_TYPE_OTHER},
        };

        for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
                assert_int_equal(setup(state), 0);
                add(ID, types[i].mode | 0600, 9);
                assert_int_equal(examine(CSTORAGE_ENTRY_PROBE, ID).type, types[i].type);
        }
}

static void what_is_not_there_is_absent_and_nothing_else(void **state) {
        static const struct cstorage_entry_stat absent = {.type = CSTORAGE_TYPE_ABSENT};
        struct cstorage_entry_stat identity = examine(CSTORAGE_ENTRY_LAYER_DIR, ID);

        (void) state;
        assert_int_equal(identity.type, absent.type);
        assert_int_equal(identity.device, 0);
        assert_int_equal(identity.inode, 0);
        assert_int_equal(identity.changed_ns, 0);
        assert_int_equal(identity.lock, CSTORAGE_ENTRY_LOCK_NONE);
        assert_false(identity.other_mount);
        assert_false(identity.mount_below);
}

static void what_cannot_be_looked_at_is_an_error(void **state) {
        struct cstorage_entry_stat identity;

        (void) state;
        add(ID, S_IFDIR, 9)->size = 1;
        assert_int_equal(examine_as(CSTORAGE_ENTRY_LAYER_DIR, ID, ID, ELSEWHERE, &identity), -EIO);
}

static void mounts_on_it_and_below_it_show(void **state) {
        struct cstorage_entry_stat identity;

        (void) state;
        add(ID, S_IFDIR, 9)->mnt_id = MOUNT_ID + 1;
        assert_true(examine(CSTORAGE_ENTRY_LAYER_DIR, ID).other_mount);
        assert_int_equal(examine_as(CSTORAGE_ENTRY_LAYER_DIR, ID, ID, "/g/overlay/" ID "/merged", &identity),
                         0);
        assert_true(identity.mount_below);
}

/* ------------------------------------------------------------------------------------------- the times */

static void it_is_as_young_as_its_parts(void **state) {
        static const struct {
                enum cstorage_entry_kind kind;
                const char *part;
                bool counts;
        } parts[] = {
                {CSTORAGE_ENTRY_LAYER_DIR, ID "/diff", true},
                {CSTORAGE_ENTRY_LAYER_DIR, ID "/work", true},
                {CSTORAGE_ENTRY_LAYER_DIR, ID "/merged", true},
                {CSTORAGE_ENTRY_LAYER_DIR, ID "/userdata", false},
                {CSTORAGE_ENTRY_CONTAINER_DIR, ID "/userdata", true},
                {CSTORAGE_ENTRY_CONTAINER_DIR, ID "/diff", false},
                {CSTORAGE_ENTRY_IMAGE_DIR, ID "/userdata", true},
                {CSTORAGE_ENTRY_STAGING, ID "/dir", true},
                {CSTORAGE_ENTRY_STAGING, ID "/diff", false},
                {CSTORAGE_ENTRY_LAYER_DATA, ID "/diff", false},
                {CSTORAGE_ENTRY_PROBE, ID "/diff", false},
                {CSTORAGE_ENTRY_QUOTA, ID "/diff", false},
        };

        for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
                struct identity *id;

                assert_int_equal(setup(state), 0);
                lock = ID "/staging.lock";
                id = add(ID, S_IFDIR, 9);
                add(parts[i].part, S_IFDIR, 10);
                assert_int_equal(examine(parts[i].kind, ID).changed_ns, parts[i].counts ? 10 : 9);
                id->ctime_ns = 11;
                assert_int_equal(examine(parts[i].kind, ID).changed_ns, 11);
        }
}

static void a_part_that_cannot_be_looked_at_is_left_out(void **state) {
        (void) state;
        add(ID, S_IFDIR, 9);
        add(ID "/diff", S_IFDIR, 10)->size = 1;
        assert_int_equal(examine(CSTORAGE_ENTRY_LAYER_DIR, ID).changed_ns, 9);
}

static void only_directories_have_parts(void **state) {
        (void) state;
        add(ID, S_IFREG, 9);
        add(ID "/diff", S_IFDIR, 10);
        assert_int_equal(examine(CSTORAGE_ENTRY_LAYER_DIR, ID).changed_ns, 9);
}

/* A name of n bytes. */
static const char *long_name(size_t n) {
        static char name[NAME_BUFFER];

        assert_true(n < sizeof(name));
        memset(name, 'x', n);
        name[n] = '\0';
        return name;
}

static void a_part_whose_path_is_cut_off_is_not_looked_at(void **state) {
        char path[2 * NAME_BUFFER];

        for (size_t n = 250; n <= 251; n++) {
                assert_int_equal(setup(state), 0);
                (void) snprintf(path, sizeof(path), "%s/diff", long_name(n));
                path[255] = '\0';
                add(long_name(n), S_IFDIR, 9);
                add(path, S_IFDIR, 10);
                assert_int_equal(examine(CSTORAGE_ENTRY_LAYER_DIR, long_name(n)).changed_ns,
                                 n == 250 ? 10 : 9);
        }
}

static void what_stands_for_a_subvolume_has_no_time(void **state) {
        struct identity *id = add(ID, S_IFDIR, 9), *part;

        (void) state;
        id->ino = SUBVOLUME_STUB_INODE;
        assert_int_equal(examine(CSTORAGE_ENTRY_LAYER_DIR, ID).changed_ns, 9);
        on_btrfs = true;
        assert_int_equal(examine(CSTORAGE_ENTRY_LAYER_DIR, ID).changed_ns, 0);
        part = add(ID "/diff", S_IFDIR, 10);
        part->ino = SUBVOLUME_STUB_INODE;
        assert_int_equal(examine(CSTORAGE_ENTRY_LAYER_DIR, ID).changed_ns, 0);
        part->ino++;
        assert_int_equal(examine(CSTORAGE_ENTRY_LAYER_DIR, ID).changed_ns, 10);
        id->mode = S_IFREG;
        assert_int_equal(examine(CSTORAGE_ENTRY_LAYER_DIR, ID).changed_ns, 9);
}

/* ------------------------------------------------------------------------------------------- the locks */

static void a_lock_is_held_or_free_or_not_there(void **state) {
        static const struct {
                int answer;
                enum cstorage_entry_lock lock;
        } answers[] = {
                {1, CSTORAGE_ENTRY_LOCK_HELD},
                {0, CSTORAGE_ENTRY_LOCK_FREE},
                {-ENOENT, CSTORAGE_ENTRY_LOCK_NONE},
        };

        (void) state;
        add("7", S_IFDIR, 9);
        lock = "7/staging.lock";
        for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
                lock_answer = answers[i].answer;
                assert_int_equal(examine(CSTORAGE_ENTRY_STAGING, "7").lock, answers[i].lock);
        }
}

static void a_lock_that_cannot_be_tested_is_an_error(void **state) {
        struct cstorage_entry_stat identity;

        (void) state;
        add("7", S_IFDIR, 9);
        lock = "7/staging.lock";
        lock_answer = -EACCES;
        assert_int_equal(examine_as(CSTORAGE_ENTRY_STAGING, "7", NULL, ELSEWHERE, &identity), -EACCES);
}

static void a_staging_entry_that_is_no_directory_has_no_lock(void **state) {
        (void) state;
        add("7", S_IFREG, 9);
        assert_int_equal(examine(CSTORAGE_ENTRY_STAGING, "7").lock, CSTORAGE_ENTRY_LOCK_NONE);
}

static void a_temp_dir_and_its_lock_are_one_entry(void **state) {
        static const struct {
                const char *name;
                uint32_t mode;
                enum cstorage_entry_type type;
        } cases[] = {
                {"temp-dir-42", S_IFDIR, CSTORAGE_TYPE_DIRECTORY},
                {"temp-dir-42", S_IFREG, CSTORAGE_TYPE_FILE},
                {"lock-42", S_IFREG, CSTORAGE_TYPE_FILE},
                {"lock-42", S_IFDIR, CSTORAGE_TYPE_DIRECTORY},
        };

        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                struct cstorage_entry_stat identity;

                assert_int_equal(setup(state), 0);
                lock = "lock-42";
                lock_answer = 1;
                add(cases[i].name, cases[i].mode, 9);
                if (strcmp(cases[i].name, lock) != 0)
                        add(lock, S_IFREG, 10);
                identity = examine(CSTORAGE_ENTRY_TEMP_DIR, cases[i].name);
                assert_int_equal(identity.type, cases[i].type);
                assert_int_equal(identity.lock, CSTORAGE_ENTRY_LOCK_HELD);
                assert_int_equal(identity.changed_ns, strcmp(cases[i].name, lock) == 0 ? 9 : 10);
        }
}

static void a_lock_whose_path_is_cut_off_is_not_asked_for(void **state) {
        char path[2 * NAME_BUFFER];

        (void) state;
        add(long_name(242), S_IFDIR, 9);
        (void) snprintf(path, sizeof(path), "%s/staging.lock", long_name(242));
        lock = path;
        assert_int_equal(examine(CSTORAGE_ENTRY_STAGING, long_name(242)).lock, CSTORAGE_ENTRY_LOCK_FREE);
        lock = NULL;
        add(long_name(243), S_IFDIR, 9);
        assert_int_equal(examine(CSTORAGE_ENTRY_STAGING, long_name(243)).lock, CSTORAGE_ENTRY_LOCK_NONE);
}

/* ------------------------------------------------------------------------------------------ subvolumes */

static void what_is_or_holds_the_default_subvolume_is_refused(void **state) {
        struct cstorage_entry_stat identity;

        (void) state;
        add(ID, S_IFDIR, 9);
        default_code = 0;
        default_path = "/g/overlay/" ID "/diff";
        assert_int_equal(examine_as(CSTORAGE_ENTRY_LAYER_DIR, ID, ID, ELSEWHERE, &identity), -EBUSY);
        assert_int_equal(examine_as(CSTORAGE_ENTRY_LAYER_DIR, ID, NULL, ELSEWHERE, &identity), 0);
        default_path = "/g/overlay/x";
        assert_int_equal(examine_as(CSTORAGE_ENTRY_LAYER_DIR, ID, ID, ELSEWHERE, &identity), 0);
        default_code = -EPERM;
        default_path = "/" ID;
        assert_int_equal(examine_as(CSTORAGE_ENTRY_LAYER_DIR, ID, ID, ELSEWHERE, &identity), 0);
}

static void without_the_library_a_subvolume_is_refused(void **state) {
        struct identity *id = add(ID, S_IFDIR, 9);
        struct cstorage_entry_stat identity;

        (void) state;
        default_code = -EOPNOTSUPP;
        has_subvolume = true;
        assert_int_equal(examine(CSTORAGE_ENTRY_LAYER_DIR, ID).type, CSTORAGE_TYPE_DIRECTORY);
        id->ino = SUBVOLUME_INODE;
        assert_int_equal(examine_as(CSTORAGE_ENTRY_LAYER_DIR, ID, ID, ELSEWHERE, &identity), -EOPNOTSUPP);
        has_subvolume = false;
        assert_int_equal(examine(CSTORAGE_ENTRY_LAYER_DIR, ID).type, CSTORAGE_TYPE_DIRECTORY);
        has_subvolume = true;
        open_answer = -EXDEV;
        assert_int_equal(examine(CSTORAGE_ENTRY_LAYER_DIR, ID).type, CSTORAGE_TYPE_DIRECTORY);
        open_answer = 0;
        id->mode = S_IFREG;
        assert_int_equal(examine(CSTORAGE_ENTRY_LAYER_DIR, ID).type, CSTORAGE_TYPE_FILE);
        id->mode = S_IFDIR;
        default_code = -EPERM;
        assert_int_equal(examine(CSTORAGE_ENTRY_LAYER_DIR, ID).type, CSTORAGE_TYPE_DIRECTORY);
}

static void null_arguments_are_invalid(void **state) {
        struct cstorage_entry entry = {.kind = CSTORAGE_ENTRY_LAYER_DIR};
        struct cstorage_error error = {0};
        struct cstorage_entry_stat ret;

        (void) state;
        assert_int_equal(cstorage_entry_stat(NULL, &ret, &error), -EINVAL);
        assert_string_equal(error.text, "cannot examine an entry: Invalid argument");
        assert_int_equal(cstorage_entry_stat(&entry, NULL, NULL), -EINVAL);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        const struct CMUnitTest tests[] = {
                CASE(it_is_what_the_file_system_says),
                CASE(each_type_is_told_from_the_others),
                CASE(what_is_not_there_is_absent_and_nothing_else),
                CASE(what_cannot_be_looked_at_is_an_error),
                CASE(mounts_on_it_and_below_it_show),
                CASE(it_is_as_young_as_its_parts),
                CASE(a_part_that_cannot_be_looked_at_is_left_out),
                CASE(only_directories_have_parts),
                CASE(a_part_whose_path_is_cut_off_is_not_looked_at),
                CASE(what_stands_for_a_subvolume_has_no_time),
                CASE(a_lock_is_held_or_free_or_not_there),
                CASE(a_lock_that_cannot_be_tested_is_an_error),
                CASE(a_staging_entry_that_is_no_directory_has_no_lock),
                CASE(a_temp_dir_and_its_lock_are_one_entry),
                CASE(a_lock_whose_path_is_cut_off_is_not_asked_for),
                CASE(what_is_or_holds_the_default_subvolume_is_refused),
                CASE(without_the_library_a_subvolume_is_refused),
                CASE(null_arguments_are_invalid),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
