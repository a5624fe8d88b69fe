/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dirent.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/text.h"
#include "disk/lock.h"
#include "disk/temp-dir.h"
#include "place.h"

#define ROOT "tempdirs"

static void names_of(const char *number, char dir[static 64], char lock[static 64]) {
        (void) snprintf(dir, 64, ROOT "/temp-dir-%s", number);
        (void) snprintf(lock, 64, ROOT "/lock-%s", number);
}

static size_t count_entries(int dirfd, const char *name) {
        DIR *dir = fdopendir(openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        size_t n = 0;

        assert_non_null(dir);
        while (readdir(dir))
                n++;
        (void) closedir(dir);
        return n - 2;
}

/* What a case does in another process; returns the number of what went wrong there, 0 for nothing. */
static int run_child(int (*f)(const struct store_dir *), const struct store_dir *place) {
        pid_t pid = fork();
        int status = -1;

        if (pid == 0)
                _exit(f(place));
        return pid < 0 || waitpid(pid, &status, 0) != pid ? -1 : status;
}

static void in_child(int (*f)(const struct store_dir *), const struct store_dir *place) {
        assert_int_equal(run_child(f, place), 0);
}

/* ----------------------------------------------------------------------------------------- make */

static void a_new_one_is_held_and_removed_without_a_trace(void **state) {
        _cleanup_temp_dir_ struct temp_dir temp = TEMP_DIR_INIT;
        const struct store_dir *place = *state;
        char dir[64], lock[64];
        uint64_t number;

        assert_ok(temp_dir_make(&temp, place->fd, ROOT, NULL));
        assert_ok(parse_u64(temp.number, &number));
        assert_true(number <= UINT32_MAX);
        names_of(temp.number, dir, lock);
        assert_true(temp.made_root);
        assert_int_equal(mode_of(place->fd, ROOT), 0700);
        assert_int_equal(mode_of(place->fd, dir), 0700);
        assert_int_equal(mode_of(place->fd, lock), 0600);
        assert_int_equal(lock_probe(place->fd, lock), 1);
        assert_int_equal(count_entries(place->fd, ROOT), 2);

        assert_ok(temp_dir_remove(&temp, NULL));
        assert_int_equal(temp.lock_fd, -1);
        assert_false(is_there(place->fd, ROOT));
}

static void the_modes_do_not_depend_on_the_umask(void **state) {
        static const mode_t umasks[] = {0, 022, 077, 0777};
        const struct store_dir *place = *state;

        for (size_t i = 0; i < ARRAY_SIZE(umasks); i++) {
                _cleanup_temp_dir_ struct temp_dir temp = TEMP_DIR_INIT;
                mode_t old = umask(umasks[i]);
                char dir[64], lock[64];
                int r = temp_dir_make(&temp, place->fd, ROOT, NULL);

                (void) umask(old);
                assert_ok(r);
                names_of(temp.number, dir, lock);
                assert_int_equal(mode_of(place->fd, ROOT), 0700);
                assert_int_equal(mode_of(place->fd, dir), 0700);
                assert_int_equal(mode_of(place->fd, lock), 0600);
                assert_ok(temp_dir_remove(&temp, NULL));
        }
}

static void a_root_that_was_there_stays_as_it_was(void **state) {
        _cleanup_temp_dir_ struct temp_dir temp = TEMP_DIR_INIT;
        const struct store_dir *place = *state;

        put_dir(place->fd, "d");
        put_dir(place->fd, "d/tmp");
        assert_ok(temp_dir_make(&temp, place->fd, "d/tmp", NULL));
        assert_false(temp.made_root);
        assert_ok(temp_dir_remove(&temp, NULL));
        assert_int_equal(mode_of(place->fd, "d/tmp"), 0755);
        assert_int_equal(count_entries(place->fd, "d/tmp"), 0);
}

static void a_root_that_others_use_by_now_stays(void **state) {
        _cleanup_temp_dir_ struct temp_dir first = TEMP_DIR_INIT, second = TEMP_DIR_INIT;
        const struct store_dir *place = *state;

        assert_ok(temp_dir_make(&first, place->fd, ROOT, NULL));
        assert_ok(temp_dir_make(&second, place->fd, ROOT, NULL));
        assert_true(first.made_root && !second.made_root);
        assert_string_not_equal(first.number, second.number);
        assert_ok(temp_dir_remove(&first, NULL));
        assert_int_equal(count_entries(place->fd, ROOT), 2);
        assert_ok(temp_dir_remove(&second, NULL));
        assert_int_equal(count_entries(place->fd, ROOT), 0);
}

static void the_parent_of_the_root_is_never_made(void **state) {
        _cleanup_temp_dir_ struct temp_dir temp = TEMP_DIR_INIT;
        const struct store_dir *place = *state;
        struct error error;

        assert_int_equal(temp_dir_make(&temp, place->fd, "none/tmp", &error), -ENOENT);
        assert_non_null(strstr(error.text, "/none/tmp"));
        assert_false(is_there(place->fd, "none"));
}

static void a_root_that_is_no_directory_is_refused(void **state) {
        _cleanup_temp_dir_ struct temp_dir temp = TEMP_DIR_INIT;
        const struct store_dir *place = *state;
        struct error error;

        put_dir(place->fd, "elsewhere");
        put_link(place->fd, ROOT, "elsewhere");
        assert_int_equal(temp_dir_make(&temp, place->fd, ROOT, &error), -ENOTDIR);
        assert_non_null(strstr(error.text, place->path));
        assert_int_equal(temp_dir_adopt(&temp, place->fd, ROOT, "1", NULL), -ENOTDIR);
        assert_int_equal(count_entries(place->fd, "elsewhere"), 0);
        assert_int_equal(temp.lock_fd, -1);
}

static void one_that_is_not_empty_is_kept_and_stays_held(void **state) {
        _cleanup_temp_dir_ struct temp_dir temp = TEMP_DIR_INIT;
        const struct store_dir *place = *state;
        char dir[64], lock[64];
        struct error error;

        assert_ok(temp_dir_make(&temp, place->fd, ROOT, NULL));
        names_of(temp.number, dir, lock);
        put_dir(temp.dir_fd, "0-x");
        assert_int_equal(temp_dir_remove(&temp, &error), -ENOTEMPTY);
        assert_non_null(strstr(error.text, dir));
        assert_int_equal(lock_probe(place->fd, lock), 1);
        assert_ok(unlinkat(temp.dir_fd, "0-x", AT_REMOVEDIR));
        assert_ok(temp_dir_remove(&temp, NULL));
        assert_false(is_there(place->fd, ROOT));
}

/* -------------------------------------------------------------- what a kernel may not do for us */

/* From now on a system call with these bits set in an argument fails, in this process. Done by the kernel. */
static bool refuse(unsigned call, unsigned argument, uint32_t bits, unsigned error) {
        struct sock_filter code[] = {
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 3),
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                         (uint32_t) offsetof(struct seccomp_data, args) + argument * 8),
                BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        struct sock_fprog program = {.len = ARRAY_SIZE(code), .filter = code};

        return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
               prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

#define TMPFILE_BIT (O_TMPFILE & ~O_DIRECTORY)

/* As the first case, for a process that something was refused to. */
static int make_and_remove(const struct store_dir *place) {
        _cleanup_temp_dir_ struct temp_dir temp = TEMP_DIR_INIT;
        char dir[64], lock[64];

        if (temp_dir_make(&temp, place->fd, ROOT, NULL) < 0)
                return 2;
        names_of(temp.number, dir, lock);
        if (lock_probe(place->fd, lock) != 1 || mode_of(place->fd, lock) != 0600)
                return 3;
        if (lock_is_current(temp.lock_fd, place->fd, lock) != 1 || temp.dir_fd < 0)
                return 4;
        if (temp_dir_remove(&temp, NULL) < 0 || is_there(place->fd, ROOT))
                return 5;
        return 0;
}

static int without_tmpfile(const struct store_dir *place) {
        return refuse(SYS_openat, 2, TMPFILE_BIT, EOPNOTSUPP) ? make_and_remove(place) : 1;
}

static void a_file_system_without_nameless_files_will_do(void **state) {
        in_child(without_tmpfile, *state);
}

static int without_capability(const struct store_dir *place) {
        return refuse(SYS_linkat, 4, AT_EMPTY_PATH, ENOENT) ? make_and_remove(place) : 1;
}

static void who_may_not_link_by_descriptor_links_through_proc(void **state) {
        in_child(without_capability, *state);
}

static int without_links(const struct store_dir *place) {
        return refuse(SYS_linkat, 4, AT_EMPTY_PATH | AT_SYMLINK_FOLLOW, EPERM) ? make_and_remove(place) : 1;
}

static void where_nameless_files_cannot_be_linked_named_ones_will_do(void **state) {
        in_child(without_links, *state);
}

static int fails(const struct store_dir *place, int expected) {
        struct temp_dir temp = TEMP_DIR_INIT;
        struct error error;

        if (temp_dir_make(&temp, place->fd, ROOT, &error) != expected || error.code != expected)
                return 2;
        return temp.lock_fd == -1 && !temp.number ? 0 : 3;
}

static int with_full_disk_for_files(const struct store_dir *place) {
        return refuse(SYS_openat, 2, TMPFILE_BIT | O_CREAT, ENOSPC) ? fails(place, -ENOSPC) : 1;
}

static void a_full_disk_leaves_no_root_behind(void **state) {
        const struct store_dir *place = *state;

        in_child(with_full_disk_for_files, place);
        assert_false(is_there(place->fd, ROOT));
}

static int with_full_disk_for_directories(const struct store_dir *place) {
        return refuse(SYS_mkdirat, 2, 0700, ENOSPC) ? fails(place, -ENOSPC) : 1;
}

static void a_full_disk_leaves_no_lock_file_behind(void **state) {
        const struct store_dir *place = *state;

        put_dir(place->fd, ROOT);
        in_child(with_full_disk_for_directories, place);
        assert_int_equal(count_entries(place->fd, ROOT), 0);
}

/* ---------------------------------------------------------------------------------------- adopt */

static void a_stale_one_is_taken_over_and_removed(void **state) {
        _cleanup_temp_dir_ struct temp_dir temp = TEMP_DIR_INIT;
        const struct store_dir *place = *state;

        put_dir(place->fd, ROOT);
        put_dir(place->fd, ROOT "/temp-dir-12");
        put_text(place->fd, ROOT "/lock-12", "");
        assert_ok(temp_dir_adopt(&temp, place->fd, ROOT, "12", NULL));
        assert_int_equal(lock_probe(place->fd, ROOT "/lock-12"), 1);
        assert_true(temp.dir_fd >= 0 && !temp.made_root);
        assert_ok(temp_dir_remove(&temp, NULL));
        assert_int_equal(count_entries(place->fd, ROOT), 0);
}

static void a_directory_without_a_lock_file_gets_one(void **state) {
        _cleanup_temp_dir_ struct temp_dir temp = TEMP_DIR_INIT;
        const struct store_dir *place = *state;

        put_dir(place->fd, ROOT);
        put_dir(place->fd, ROOT "/temp-dir-12");
        assert_ok(temp_dir_adopt(&temp, place->fd, ROOT, "12", NULL));
        assert_int_equal(mode_of(place->fd, ROOT "/lock-12"), 0600);
        assert_int_equal(lock_probe(place->fd, ROOT "/lock-12"), 1);
        assert_ok(temp_dir_remove(&temp, NULL));
        assert_int_equal(count_entries(place->fd, ROOT), 0);
}

static void a_lock_file_without_a_directory_is_removed(void **state) {
        _cleanup_temp_dir_ struct temp_dir temp = TEMP_DIR_INIT;
        const struct store_dir *place = *state;

        put_dir(place->fd, ROOT);
        put_text(place->fd, ROOT "/lock-12", "");
        assert_ok(temp_dir_adopt(&temp, place->fd, ROOT, "12", NULL));
        assert_int_equal(temp.dir_fd, -1);
        assert_ok(temp_dir_remove(&temp, NULL));
        assert_int_equal(count_entries(place->fd, ROOT), 0);
}

static void one_that_is_held_is_left_alone(void **state) {
        _cleanup_temp_dir_ struct temp_dir held = TEMP_DIR_INIT, other = TEMP_DIR_INIT;
        const struct store_dir *place = *state;
        struct error error;

        assert_ok(temp_dir_make(&held, place->fd, ROOT, NULL));
        assert_int_equal(temp_dir_adopt(&other, place->fd, ROOT, held.number, &error), -EBUSY);
        assert_int_equal(error.code, -EBUSY);
        assert_int_equal(other.lock_fd, -1);
        assert_int_equal(count_entries(place->fd, ROOT), 2);
        assert_ok(temp_dir_remove(&held, NULL));
}

static void what_is_not_there_is_not_made(void **state) {
        struct temp_dir temp = TEMP_DIR_INIT;
        const struct store_dir *place = *state;

        assert_int_equal(temp_dir_adopt(&temp, place->fd, ROOT, "12", NULL), -ENOENT);
        put_dir(place->fd, ROOT);
        assert_int_equal(temp_dir_adopt(&temp, place->fd, ROOT, "12", NULL), -ENOENT);
        assert_int_equal(count_entries(place->fd, ROOT), 0);
}

static void what_is_no_number_is_refused(void **state) {
        static const char *const numbers[] = {"", "x", "1x", "../x", "-1", " 1"};
        struct temp_dir temp = TEMP_DIR_INIT;
        const struct store_dir *place = *state;

        put_dir(place->fd, ROOT);
        for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
                assert_int_equal(temp_dir_adopt(&temp, place->fd, ROOT, numbers[i], NULL), -EINVAL);
        assert_int_equal(
                temp_dir_adopt(&temp, place->fd, ROOT,
                               "11111111111111111111111111111111111111111111111111111111111111111111", NULL),
                -ENAMETOOLONG);
}

static void what_is_no_directory_or_no_lock_file_is_refused(void **state) {
        struct temp_dir temp = TEMP_DIR_INIT;
        const struct store_dir *place = *state;

        put_dir(place->fd, "elsewhere");
        put_dir(place->fd, ROOT);
        put_link(place->fd, ROOT "/temp-dir-1", "../elsewhere");
        put_text(place->fd, ROOT "/temp-dir-2", "");
        put_dir(place->fd, ROOT "/temp-dir-3");
        put_link(place->fd, ROOT "/lock-3", "../elsewhere/lock");
        put_dir(place->fd, ROOT "/temp-dir-4");
        put_dir(place->fd, ROOT "/lock-4");

        assert_int_equal(temp_dir_adopt(&temp, place->fd, ROOT, "1", NULL), -ENOTDIR);
        assert_int_equal(temp_dir_adopt(&temp, place->fd, ROOT, "2", NULL), -ENOTDIR);
        assert_int_equal(temp_dir_adopt(&temp, place->fd, ROOT, "3", NULL), -ELOOP);
        assert_int_equal(temp_dir_adopt(&temp, place->fd, ROOT, "4", NULL), -EISDIR);
        assert_int_equal(count_entries(place->fd, ROOT), 6);
        assert_int_equal(count_entries(place->fd, "elsewhere"), 0);
}

/* A lock file that was replaced while we hold the old one is not ours to remove. */
static void only_the_lock_file_that_is_held_is_removed(void **state) {
        _cleanup_temp_dir_ struct temp_dir temp = TEMP_DIR_INIT;
        const struct store_dir *place = *state;
        char dir[64], lock[64];

        assert_ok(temp_dir_make(&temp, place->fd, ROOT, NULL));
        names_of(temp.number, dir, lock);
        assert_ok(unlinkat(place->fd, lock, 0));
        put_text(place->fd, lock, "");
        assert_ok(temp_dir_remove(&temp, NULL));
        assert_true(is_there(place->fd, lock));
        assert_false(is_there(place->fd, dir));
}

/* ------------------------------------------------------------ beside a Go process that recovers */

struct race {
        volatile int stop;
        volatile unsigned tries;
        volatile unsigned locked; /* files of other processes: they had a name */
        volatile unsigned stolen; /* and their directory too */
};

/* staging_lockfile.go:TryLockPath, a POSIX lock; but it makes no file, so each file that it locks belongs to
 * a process. */
static int go_try_lock(int root_fd, const char *name) {
        struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
        int fd = openat(root_fd, name, O_RDWR | O_CLOEXEC);

        if (fd >= 0 && fcntl(fd, F_SETLK, &lock) >= 0)
                return fd;
        (void) close_fd(fd);
        return -1;
}

/* tempdir.go:RecoverStaleDirs of one name that it sees: what it can lock is garbage to it. */
static void go_recover(struct race *race, int root_fd, const char *number) {
        char dir[64], lock[64];
        struct stat st;
        int fd;

        (void) snprintf(dir, sizeof(dir), "temp-dir-%s", number);
        (void) snprintf(lock, sizeof(lock), "lock-%s", number);
        race->tries++;
        fd = go_try_lock(root_fd, lock);
        if (fd < 0)
                return;

        /* A process removes the file before it releases the lock. */
        if (fstat(fd, &st) == 0 && st.st_nlink > 0) {
                race->locked++;
                race->stolen += unlinkat(root_fd, dir, AT_REMOVEDIR) == 0;
                (void) unlinkat(root_fd, lock, 0);
        }
        (void) close(fd);
}

#define ROUNDS 500

/* Each one made must be ours, under its name, with its directory, as long as we hold it. */
static int make_many(const struct store_dir *place) {
        for (int i = 0; i < ROUNDS; i++) {
                _cleanup_temp_dir_ struct temp_dir temp = TEMP_DIR_INIT;
                char dir[64], lock[64];

                if (temp_dir_make(&temp, place->fd, ROOT, NULL) < 0)
                        return 2;
                names_of(temp.number, dir, lock);
                if (i % 16 == 0)
                        (void) poll(NULL, 0, 1);
                if (lock_is_current(temp.lock_fd, place->fd, lock) != 1 || !is_there(place->fd, dir))
                        return 3;
                if (temp_dir_remove(&temp, NULL) < 0)
                        return 4;
        }
        return 0;
}

static int make_many_without_tmpfile(const struct store_dir *place) {
        return refuse(SYS_openat, 2, TMPFILE_BIT, EOPNOTSUPP) ? make_many(place) : 1;
}

static unsigned count_lockable(const struct store_dir *place) {
        _cleanup_close_ int root_fd = openat(place->fd, ROOT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        DIR *dir = fdopendir(dup(root_fd));
        struct dirent *d;
        unsigned n = 0;

        while (dir && (d = readdir(dir))) {
                int fd = has_prefix(d->d_name, "lock-") ? go_try_lock(root_fd, d->d_name) : -1;

                n += fd >= 0;
                (void) close_fd(fd);
        }
        (void) closedir(dir);
        return n;
}

static int make_one(const struct store_dir *place) {
        _cleanup_temp_dir_ struct temp_dir temp = TEMP_DIR_INIT;
        char dir[64], lock[64];

        if (temp_dir_make(&temp, place->fd, ROOT, NULL) < 0)
                return 2;
        names_of(temp.number, dir, lock);
        if (lock_is_current(temp.lock_fd, place->fd, lock) != 1 || !is_there(place->fd, dir))
                return 3;
        return temp_dir_remove(&temp, NULL) < 0 ? 4 : 0;
}

static int make_one_without_tmpfile(const struct store_dir *place) {
        return refuse(SYS_openat, 2, TMPFILE_BIT, EOPNOTSUPP) ? make_one(place) : 1;
}

/* A process that is halted before and after each of its system calls. */
static pid_t start_traced(int (*f)(const struct store_dir *), const struct store_dir *place) {
        pid_t pid = fork();

        if (pid == 0) {
                if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0 || raise(SIGSTOP) != 0)
                        _exit(1);
                _exit(f(place));
        }
        return pid;
}

static void at_no_step_can_anybody_else_lock_it(void **state) {
        const struct store_dir *place = *state;
        unsigned steps = 0, lockable = 0;
        pid_t pid;
        int status;

        put_dir(place->fd, ROOT);
        pid = start_traced(make_one, place);
        assert_ok(pid);
        while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
                steps++;
                lockable += count_lockable(place);
                (void) ptrace(PTRACE_SYSCALL, pid, NULL, NULL);
        }
        assert_int_equal(lockable, 0);
        assert_int_equal(status, 0);
        assert_true(steps > 10);
}

static void recover_once(struct race *race, const struct store_dir *place) {
        _cleanup_close_ int root_fd = openat(place->fd, ROOT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        DIR *dir = fdopendir(dup(root_fd));
        struct dirent *d;

        while (dir && (d = readdir(dir)))
                if (has_prefix(d->d_name, "lock-"))
                        go_recover(race, root_fd, d->d_name + strlen("lock-"));
        (void) closedir(dir);
}

/* Ends with the test, should that end before its time. */
static int recover_all(struct race *race, const struct store_dir *place) {
        (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
        while (!race->stop)
                recover_once(race, place);
        return 0;
}

/* A Go process comes at one step, another in each round. Returns how many steps there were. */
static unsigned recover_at(unsigned step, struct race *race, const struct store_dir *place) {
        pid_t pid = start_traced(make_one_without_tmpfile, place);
        unsigned steps = 0;
        int status;

        assert_ok(pid);
        while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
                if (++steps == step)
                        recover_once(race, place);
                (void) ptrace(PTRACE_SYSCALL, pid, NULL, NULL);
        }
        assert_int_equal(status, 0);
        return steps;
}

/*
 * Without nameless files the lock file may be lost, but then there is no directory yet, and it is made anew.
 */
static void at_whichever_step_a_go_process_comes_one_is_made(void **state) {
        const struct store_dir *place = *state;
        struct race race = {0};
        unsigned steps = 1;

        put_dir(place->fd, ROOT);
        for (unsigned step = 1; step <= steps; step++)
                steps = recover_at(step, &race, place);
        assert_true(race.locked > 0);
        assert_int_equal(race.stolen, 0);
}

static struct race race_against_recovery(int (*f)(const struct store_dir *), const struct store_dir *place) {
        struct race *shared, race;
        int status;
        pid_t pid;

        shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        assert_ptr_not_equal(shared, MAP_FAILED);
        put_dir(place->fd, ROOT);
        pid = fork();
        assert_ok(pid);
        if (pid == 0)
                _exit(recover_all(shared, place));

        status = run_child(f, place);
        shared->stop = 1;
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        assert_int_equal(status, 0);
        race = *shared;
        (void) munmap(shared, sizeof(*shared));
        assert_true(race.tries > 0);
        return race;
}

static void no_go_process_ever_locks_what_we_make(void **state) {
        struct race race = race_against_recovery(make_many, *state);

        assert_int_equal(race.locked, 0);
}

/* It may lock the file before we do, but then there is no directory yet, and we take another name. */
static void nor_gets_our_directory_where_there_are_no_nameless_files(void **state) {
        struct race race = race_against_recovery(make_many_without_tmpfile, *state);

        assert_int_equal(race.stolen, 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                in_place(a_new_one_is_held_and_removed_without_a_trace),
                in_place(the_modes_do_not_depend_on_the_umask),
                in_place(a_root_that_was_there_stays_as_it_was),
                in_place(a_root_that_others_use_by_now_stays),
                in_place(the_parent_of_the_root_is_never_made),
                in_place(a_root_that_is_no_directory_is_refused),
                in_place(one_that_is_not_empty_is_kept_and_stays_held),
                in_place(a_file_system_without_nameless_files_will_do),
                in_place(who_may_not_link_by_descriptor_links_through_proc),
                in_place(where_nameless_files_cannot_be_linked_named_ones_will_do),
                in_place(a_full_disk_leaves_no_root_behind),
                in_place(a_full_disk_leaves_no_lock_file_behind),
                in_place(a_stale_one_is_taken_over_and_removed),
                in_place(a_directory_without_a_lock_file_gets_one),
                in_place(a_lock_file_without_a_directory_is_removed),
                in_place(one_that_is_held_is_left_alone),
                in_place(what_is_not_there_is_not_made),
                in_place(what_is_no_number_is_refused),
                in_place(what_is_no_directory_or_no_lock_file_is_refused),
                in_place(only_the_lock_file_that_is_held_is_removed),
                in_place(at_no_step_can_anybody_else_lock_it),
                in_place(at_whichever_step_a_go_process_comes_one_is_made),
                in_place(no_go_process_ever_locks_what_we_make),
                in_place(nor_gets_our_directory_where_there_are_no_nameless_files),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
