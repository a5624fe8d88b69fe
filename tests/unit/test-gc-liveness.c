/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "base/text.h"
#include "liveness/boot-time.h"
#include "liveness/mount-tables.h"
#include "liveness/orphan-names.h"
#include "liveness/uses.h"
#include "unit.h"

#define A16 "aaaaaaaaaaaaaaaa"
#define B16 "bbbbbbbbbbbbbbbb"
#define C16 "cccccccccccccccc"
#define A   A16 A16 A16 A16
#define B   B16 B16 B16 B16
#define C   C16 C16 C16 C16

#define LINK "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

#define FACTS(lines)                                                                                         \
        "cstorage-facts 1\n"                                                                                 \
        "store graphroot=/g runroot=/r driver=overlay\n" lines

#define ORPHANS                                                                                              \
        "entry kind=layer-dir id=" A "\n"                                                                    \
        "entry kind=layer-dir id=" B " examined=no\n"                                                        \
        "entry kind=container-dir id=" C "\n"                                                                \
        "entry kind=link id=" A " name=" LINK "\n"

static void parse(struct facts *facts, const char *text) {
        assert_ok(facts_parse(facts, text, strlen(text), NULL));
}

/* The first 4 characters of all that the text refers to. */
static void expect_names(const struct orphan_names *names, const char *text, const char *expected) {
        _cleanup_text_ struct text found = TEXT_INIT;
        const char *id;
        size_t at = 0;

        assert_ok(text_adds(&found, ""));
        while ((id = orphan_names_next(names, text, strlen(text), &at)))
                assert_ok(text_addf(&found, "%.2s ", id));
        assert_string_equal(found.s, expected);
}

static void ids_and_short_names_of_orphans_are_found_in_texts(void **state) {
        _cleanup_orphan_names_ struct orphan_names names = ORPHAN_NAMES_INIT;
        _cleanup_facts_ struct facts facts = FACTS_INIT;

        (void) state;
        parse(&facts, FACTS(ORPHANS));
        assert_ok(orphan_names_take(&names, &facts));
        expect_names(&names, "", "");
        expect_names(&names, A, "aa ");
        expect_names(&names, "/x/" A "/merged\n" C, "aa cc ");
        expect_names(&names, "upperdir=/g/overlay/" A "/diff,lowerdir=l/" LINK ":/g/" B, "aa aa ");
        /* One digit more or less is another word. */
        expect_names(&names, A "a " A16 " x" A " " LINK "A", "");
        /* What has a record is no orphan. */
        expect_names(&names, B, "");
}

static void without_orphans_nothing_is_found(void **state) {
        _cleanup_orphan_names_ struct orphan_names names = ORPHAN_NAMES_INIT;
        _cleanup_facts_ struct facts facts = FACTS_INIT;

        (void) state;
        parse(&facts, FACTS("entry kind=layer-dir id=" A " examined=no\n"));
        assert_ok(orphan_names_take(&names, &facts));
        expect_names(&names, A " " LINK, "");
}

/* ------------------------------------------------------------------------------------------- processes */

/*
 * The ids that processes use. They are random, because the processes of another instance of this test are
 * seen as well.
 */
static char own_layer[65], own_container[65];

static int choose_own_ids(void **state) {
        char *const ids[] = {own_layer, own_container};

        (void) state;
        for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
                uint64_t bits[4];

                if (getentropy(bits, sizeof(bits)) < 0)
                        return -1;
                (void) snprintf(ids[i], sizeof(own_layer),
                                "%016" PRIx64 "%016" PRIx64 "%016" PRIx64 "%016" PRIx64, bits[0], bits[1],
                                bits[2], bits[3]);
        }
        return 0;
}

static void parse_own(struct facts *facts) {
        char text[512];

        (void) snprintf(text, sizeof(text),
                        FACTS("entry kind=layer-dir id=%s\nentry kind=container-dir id=%s\n"), own_layer,
                        own_container);
        parse(facts, text);
}

/* A child that does what the test says and then waits to be killed. */
static pid_t start(void (*prepare)(const char *directory), const char *directory) {
        int ready[2];
        pid_t pid;
        char c;

        assert_int_equal(pipe(ready), 0);
        pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
                (void) close(ready[0]);
                prepare(directory);
                (void) close(ready[1]);
                for (;;)
                        (void) pause();
        }
        (void) close(ready[1]);
        assert_int_equal(read(ready[0], &c, 1), 0);
        (void) close(ready[0]);
        return pid;
}

static void stop(pid_t pid) {
        (void) kill(pid, SIGKILL);
        (void) waitpid(pid, NULL, 0);
}

static const struct fact_use *find_use(const struct facts *facts, const char *id) {
        for (size_t i = 0; i < facts->n_in_use; i++)
                if (strcmp(facts->in_use[i].id, id) == 0)
                        return &facts->in_use[i];
        return NULL;
}

/* A shell that stops itself: it has the arguments of a conmon. */
static pid_t start_conmon(void) {
        char bundle[128];
        pid_t pid;

        (void) snprintf(bundle, sizeof(bundle), "/run/other/overlay-containers/%s/userdata", own_container);
        pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
                (void) execl("/bin/sh", "conmon", "-c", "kill -STOP $$", "-b", bundle, NULL);
                _exit(1);
        }
        return pid;
}

static void wait_for_arguments(pid_t pid) {
        for (int i = 0; i < 500; i++) {
                _cleanup_close_ int fd = -1;
                char path[64], text[256];
                ssize_t n;

                (void) snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
                fd = open(path, O_RDONLY | O_CLOEXEC);
                n = fd < 0 ? 0 : read(fd, text, sizeof(text));
                if (n > 6 && memcmp(text, "conmon", 6) == 0)
                        return;
                (void) usleep(10000);
        }
        fail_msg("the process did not start");
}

static void arguments_of_processes_are_uses_and_name_runroots(void **state) {
        _cleanup_strlist_ struct strlist runroots = STRLIST_INIT;
        _cleanup_facts_ struct facts facts = FACTS_INIT;
        pid_t pid = start_conmon();

        (void) state;
        wait_for_arguments(pid);
        parse_own(&facts);
        assert_ok(uses_find(&facts, USES_CONTAINERS, &runroots));
        stop(pid);

        assert_non_null(find_use(&facts, own_container));
        assert_non_null(strstr(find_use(&facts, own_container)->by, "conmon"));
        assert_null(find_use(&facts, own_layer));
        assert_string_equal(strlist_get(&runroots, 0), "/run/other");
        assert_false(facts.uses_seen);
}

static void change_directory(const char *directory) {
        if (chdir(directory) < 0)
                _exit(1);
}

static void open_file(const char *directory) {
        char path[512];

        (void) snprintf(path, sizeof(path), "%s/file", directory);
        if (open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) < 0)
                _exit(1);
}

/* A directory that is called after the layer; the caller removes it. */
static void make_directory(char path[static 256]) {
        char base[] = "/tmp/liveness.XXXXXX";

        assert_non_null(mkdtemp(base));
        (void) snprintf(path, 256, "%s/%s", base, own_layer);
        assert_int_equal(mkdir(path, 0700), 0);
}

static void remove_directory(const char *path) {
        char file[512];

        (void) snprintf(file, sizeof(file), "%s/file", path);
        (void) unlink(file);
        assert_int_equal(rmdir(path), 0);
        *strrchr(strcpy(file, path), '/') = '\0';
        assert_int_equal(rmdir(file), 0);
}

static bool is_used_by(void (*prepare)(const char *directory), enum uses_depth depth) {
        _cleanup_strlist_ struct strlist runroots = STRLIST_INIT;
        _cleanup_facts_ struct facts facts = FACTS_INIT;
        char directory[256];
        pid_t pid;

        make_directory(directory);
        pid = start(prepare, directory);
        parse_own(&facts);
        assert_ok(uses_find(&facts, depth, &runroots));
        stop(pid);
        remove_directory(directory);
        return find_use(&facts, own_layer);
}

static void working_directories_and_open_files_are_uses_if_all_is_looked_at(void **state) {
        (void) state;
        assert_true(is_used_by(change_directory, USES_ALL));
        assert_false(is_used_by(change_directory, USES_CONTAINERS));
        assert_true(is_used_by(open_file, USES_ALL));
        assert_false(is_used_by(open_file, USES_CONTAINERS));
}

static void mount_in_a_namespace(const char *directory) {
        if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL) < 0 ||
            mount("none", directory, "tmpfs", 0, NULL) < 0)
                _exit(1);
}

static void mounts_of_other_namespaces_are_uses(void **state) {
        (void) state;
        if (geteuid() != 0)
                skip();
        assert_true(is_used_by(mount_in_a_namespace, USES_CONTAINERS));
}

static int file_with(const char *text) {
        int fd = memfd_create("mountinfo", MFD_CLOEXEC);

        assert_true(fd >= 0);
        assert_int_equal(write(fd, text, strlen(text)), strlen(text));
        assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
        return fd;
}

#define TABLES 300 /* more than may be open at a time */

static void each_mount_table_keeps_its_place(void **state) {
        _cleanup_orphan_names_ struct orphan_names names = ORPHAN_NAMES_INIT;
        _cleanup_facts_ struct facts facts = FACTS_INIT;
        struct mount_tables *tables;

        (void) state;
        parse(&facts, FACTS(ORPHANS));
        assert_ok(orphan_names_take(&names, &facts));
        assert_ok(mount_tables_new(&names, &tables));
        for (int i = 0; i < TABLES; i++)
                assert_ok(mount_tables_add(tables, file_with(i % 3 == 0 ? A " " C " " A : B), "1"));
        mount_tables_finish(tables);

        for (size_t i = 0; i < TABLES; i++) {
                assert_int_equal(mount_tables_get(tables, i)->result, 0);
                assert_int_equal(mount_tables_get(tables, i)->n, i % 3 == 0 ? 2 : 0);
        }
        assert_string_equal(mount_tables_get(tables, 0)->ids[1], C);
        assert_null(mount_tables_get(tables, TABLES));
        assert_null(mount_tables_free(tables));
}

static void a_mount_table_that_cannot_be_read_is_told(void **state) {
        _cleanup_orphan_names_ struct orphan_names names = ORPHAN_NAMES_INIT;
        struct mount_tables *tables;

        (void) state;
        assert_ok(mount_tables_new(&names, &tables));
        assert_ok(mount_tables_add(tables, open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), "1"));
        mount_tables_finish(tables);
        assert_int_equal(mount_tables_get(tables, 0)->result, -EISDIR);
        mount_tables_free(tables);
}

/* -------------------------------------------------------------------------------------- time of the boot */

static void the_boot_is_never_later_than_what_it_made(void **state) {
        struct timespec now;
        int64_t now_ns, far_ns;

        (void) state;
        assert_int_equal(clock_gettime(CLOCK_REALTIME, &now), 0);
        now_ns = now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
        far_ns = now_ns + INT64_C(1000000000) * 3600;
        /* The clock of an hour from now, as after a step: /dev/shm was mounted before that. */
        assert_true(boot_time_ns(far_ns, 0, "/dev/shm") <= now_ns);
        assert_int_equal(boot_time_ns(1000, 400, "/dev/shm"), 600);
        assert_int_equal(boot_time_ns(1000, 400, NULL), 600);
}

static void the_span_of_the_first_clock_is_as_long_as_the_boot(void **state) {
        struct boot_span at_once, later;

        (void) state;
        assert_false(boot_span_of_first_clock(INT64_MAX, 1000, "/etc", &later));
        assert_false(boot_span_of_first_clock(1000, 1000, "/dev/shm", &later));
        assert_true(boot_span_of_first_clock(INT64_MAX, 0, "/dev/shm", &at_once));
        assert_true(boot_span_of_first_clock(INT64_MAX, 1000, "/dev/shm", &later));
        assert_int_equal(at_once.begin_ns, at_once.end_ns);
        assert_true(later.begin_ns <= at_once.begin_ns);
        assert_int_equal(later.end_ns, at_once.end_ns + 1000);
}

static void a_runroot_on_a_disk_says_nothing_of_the_boot(void **state) {
        (void) state;
        assert_int_equal(boot_time_ns(INT64_MAX, 0, "/etc"), boot_time_ns(INT64_MAX, 0, NULL));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(ids_and_short_names_of_orphans_are_found_in_texts),
                cmocka_unit_test(without_orphans_nothing_is_found),
                cmocka_unit_test(arguments_of_processes_are_uses_and_name_runroots),
                cmocka_unit_test(working_directories_and_open_files_are_uses_if_all_is_looked_at),
                cmocka_unit_test(mounts_of_other_namespaces_are_uses),
                cmocka_unit_test(each_mount_table_keeps_its_place),
                cmocka_unit_test(a_mount_table_that_cannot_be_read_is_told),
                cmocka_unit_test(the_boot_is_never_later_than_what_it_made),
                cmocka_unit_test(the_span_of_the_first_clock_is_as_long_as_the_boot),
                cmocka_unit_test(a_runroot_on_a_disk_says_nothing_of_the_boot),
        };

        return cmocka_run_group_tests(tests, choose_own_ids, NULL);
}
