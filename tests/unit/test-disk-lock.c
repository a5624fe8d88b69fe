/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/fd.h"
#include "disk/lock.h"
#include "place.h"

#define MSEC 1000000ULL

/*
 * Another process, which has a POSIX lock as Go processes have (rawfilelock_unix.go) until its pipe closes.
 */
struct other {
        pid_t pid;
        int end;
};

static bool posix_lock(int fd, short type) {
        struct flock lock = {.l_type = type, .l_whence = SEEK_SET};

        return fcntl(fd, F_SETLK, &lock) >= 0;
}

static void hold_until_closed(const char *path, short type, int ready, int until) {
        int fd = open(path, O_RDWR | O_CLOEXEC);
        char c = posix_lock(fd, type) ? 'y' : 'n';

        if (write(ready, &c, 1) != 1 || c != 'y')
                _exit(1);
        (void) !read(until, &c, 1);
        _exit(0);
}

/* Whether it got its lock is the return value. */
static bool other_locks(struct other *other, const struct store_dir *place, const char *name, short type) {
        int ready[2], until[2];
        char path[128], c = 0;

        (void) snprintf(path, sizeof(path), "%s/%s", place->path, name);
        assert_ok(pipe2(ready, O_CLOEXEC));
        assert_ok(pipe2(until, O_CLOEXEC));
        other->pid = fork();
        assert_ok(other->pid);
        if (other->pid == 0) {
                (void) close(until[1]);
                hold_until_closed(path, type, ready[1], until[0]);
        }

        (void) close(ready[1]);
        (void) close(until[0]);
        assert_int_equal(read(ready[0], &c, 1), 1);
        (void) close(ready[0]);
        other->end = until[1];
        return c == 'y';
}

static void other_ends(struct other *other) {
        (void) close(other->end);
        assert_int_equal(waitpid(other->pid, NULL, 0), other->pid);
}

static void a_missing_lock_file_is_made_only_when_asked(void **state) {
        const struct store_dir *place = *state;
        _cleanup_close_ int fd = -1;

        assert_int_equal(lock_take(place->fd, "layers.lock", false, 0), -ENOENT);
        assert_false(is_there(place->fd, "layers.lock"));

        fd = lock_take(place->fd, "layers.lock", true, 0);
        assert_ok(fd);
        assert_int_equal(mode_of(place->fd, "layers.lock"), 0644);
        assert_int_equal(lock_take(place->fd, "none/layers.lock", true, 0), -ENOENT);
        assert_false(is_there(place->fd, "none"));
}

static void what_we_hold_a_go_process_cannot_have(void **state) {
        const struct store_dir *place = *state;
        struct other other;
        int fd;

        fd = lock_take(place->fd, "l", true, 0);
        assert_ok(fd);
        assert_false(other_locks(&other, place, "l", F_WRLCK));
        other_ends(&other);
        assert_false(other_locks(&other, place, "l", F_RDLCK));
        other_ends(&other);

        (void) close(fd);
        assert_true(other_locks(&other, place, "l", F_WRLCK));
        other_ends(&other);
}

static void what_a_go_process_holds_we_cannot_have(void **state) {
        const struct store_dir *place = *state;
        static const short types[] = {F_WRLCK, F_RDLCK};

        put_text(place->fd, "l", "");
        for (size_t i = 0; i < 2; i++) {
                struct other other;
                int fd;

                assert_int_equal(lock_probe(place->fd, "l"), 0);
                assert_true(other_locks(&other, place, "l", types[i]));
                assert_int_equal(lock_probe(place->fd, "l"), 1);
                assert_int_equal(lock_take(place->fd, "l", true, 0), -ETIMEDOUT);
                other_ends(&other);

                assert_int_equal(lock_probe(place->fd, "l"), 0);
                fd = lock_take(place->fd, "l", false, 0);
                assert_ok(fd);
                (void) close(fd);
        }
}

static void closing_another_descriptor_of_the_file_does_not_let_go(void **state) {
        const struct store_dir *place = *state;
        _cleanup_close_ int fd = lock_take(place->fd, "l", true, 0);
        struct other other;

        assert_ok(fd);
        (void) close(openat(place->fd, "l", O_RDWR | O_CLOEXEC));
        assert_false(other_locks(&other, place, "l", F_WRLCK));
        other_ends(&other);
}

static void waiting_ends_at_the_deadline_and_not_before(void **state) {
        const struct store_dir *place = *state;
        struct other other;
        uint64_t start, end;

        put_text(place->fd, "l", "");
        assert_true(other_locks(&other, place, "l", F_WRLCK));
        start = lock_now_ns();
        assert_int_equal(lock_take(place->fd, "l", false, start + 50 * MSEC), -ETIMEDOUT);
        end = lock_now_ns();
        assert_true(end >= start + 50 * MSEC);
        assert_true(end < start + 5000 * MSEC);
        other_ends(&other);
}

static void a_lock_that_is_let_go_of_in_time_is_obtained(void **state) {
        const struct store_dir *place = *state;
        _cleanup_close_ int fd = -1;
        int status;
        pid_t pid;
        int ready[2];
        char c;

        put_text(place->fd, "l", "");
        assert_ok(pipe2(ready, O_CLOEXEC));
        pid = fork();
        assert_ok(pid);
        if (pid == 0) {
                if (!posix_lock(openat(place->fd, "l", O_RDWR), F_WRLCK) || write(ready[1], "y", 1) != 1)
                        _exit(1);
                (void) poll(NULL, 0, 60);
                _exit(0);
        }
        assert_int_equal(read(ready[0], &c, 1), 1);
        (void) close(ready[0]);
        (void) close(ready[1]);

        fd = lock_take(place->fd, "l", false, lock_now_ns() + 20000 * MSEC);
        assert_ok(fd);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
}

/* As in the removal of temp dirs: the lock file is gone when the lock is acquired. */
static void replace_and_exit(int dirfd) {
        int fd = openat(dirfd, "l", O_RDWR | O_CLOEXEC);

        if (!posix_lock(fd, F_WRLCK) || mknodat(dirfd, "ready", S_IFREG | 0600, 0) < 0)
                _exit(1);
        (void) poll(NULL, 0, 60);
        if (mknodat(dirfd, "new", S_IFREG | 0600, 0) < 0 || renameat(dirfd, "new", dirfd, "l") < 0)
                _exit(1);
        _exit(0);
}

static void a_lock_file_that_was_replaced_meanwhile_is_locked_anew(void **state) {
        const struct store_dir *place = *state;
        _cleanup_close_ int fd = -1;
        struct identity before, after;
        pid_t pid;

        put_text(place->fd, "l", "");
        assert_ok(identity_at(place->fd, "l", &before));
        pid = fork();
        assert_ok(pid);
        if (pid == 0)
                replace_and_exit(place->fd);
        while (!is_there(place->fd, "ready"))
                (void) poll(NULL, 0, 1);

        fd = lock_take(place->fd, "l", false, lock_now_ns() + 20000 * MSEC);
        assert_ok(fd);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        assert_ok(identity_at(fd, "", &after));
        assert_false(before.ino == after.ino);
        assert_int_equal(lock_is_current(fd, place->fd, "l"), 1);
        assert_int_equal(lock_probe(place->fd, "l"), 1);
}

static void what_is_no_lock_file_is_refused_by_kind(void **state) {
        const struct store_dir *place = *state;
        struct error error;

        put_dir(place->fd, "dir");
        put_text(place->fd, "file", "");
        put_link(place->fd, "link", "file");
        put_link(place->fd, "dangling", "nothing");
        put_link(place->fd, "dirlink", "dir");
        assert_ok(mkfifoat(place->fd, "fifo", 0644));

        assert_int_equal(lock_take(place->fd, "dir", true, 0), -EISDIR);
        assert_int_equal(lock_take(place->fd, "link", true, 0), -ELOOP);
        assert_int_equal(lock_take(place->fd, "dangling", true, 0), -ELOOP);
        assert_int_equal(lock_take(place->fd, "dirlink/l", true, 0), -ELOOP);
        assert_int_equal(lock_take(place->fd, "fifo", true, 0), -EBADF);
        assert_int_equal(lock_probe(place->fd, "dir"), -EISDIR);
        assert_int_equal(lock_probe(place->fd, "link"), -ELOOP);
        assert_int_equal(lock_probe(place->fd, "fifo"), -EBADF);
        assert_int_equal(lock_probe(place->fd, "none"), -ENOENT);

        assert_int_equal(lock_error(&error, -ELOOP, place->fd, "link"), -ELOOP);
        assert_non_null(strstr(error.text, place->path));
        assert_non_null(strstr(error.text, "/link is a symbolic link"));
}

static void a_token_is_what_is_there_up_to_64_bytes(void **state) {
        const struct store_dir *place = *state;
        struct lock_token token, other;
        char bytes[100];

        memset(bytes, 'x', sizeof(bytes));
        put_bytes(place->fd, "long", bytes, 100);
        put_bytes(place->fd, "short", bytes, 3);
        put_bytes(place->fd, "empty", bytes, 0);

        assert_ok(lock_read_token_at(place->fd, "long", &token));
        assert_int_equal(token.length, 64);
        assert_memory_equal(token.bytes, bytes, 64);
        assert_ok(lock_read_token_at(place->fd, "short", &other));
        assert_int_equal(other.length, 3);
        assert_ok(lock_read_token_at(place->fd, "empty", &token));
        assert_int_equal(token.length, 0);
        assert_ok(lock_read_token_at(place->fd, "missing", &other));
        assert_int_equal(other.length, 0);
        assert_ok(lock_read_token_at(-1, "missing", &other));
        assert_int_equal(lock_read_token_at(place->fd, ".", &other), -EISDIR);
}

static void a_token_that_is_written_is_read_and_no_two_are_the_same(void **state) {
        const struct store_dir *place = *state;
        struct lock_token token, other, there;
        _cleanup_close_ int fd = -1;

        fd = lock_take(place->fd, "lock", true, 0);
        assert_ok(fd);
        assert_ok(lock_make_token(&token));
        assert_ok(lock_make_token(&other));
        assert_int_equal(token.length, 64);
        assert_false(lock_token_equal(&token, &other));
        assert_memory_equal(token.bytes + 16, other.bytes + 16, 4);
        assert_int_equal(other.bytes[8], (uint8_t) (token.bytes[8] + 1));

        assert_ok(lock_write_token(fd, &token));
        assert_ok(lock_read_token_at(place->fd, "lock", &there));
        assert_true(lock_token_equal(&token, &there));
        assert_ok(lock_write_token(fd, &other));
        assert_ok(lock_read_token(fd, &there));
        assert_true(lock_token_equal(&other, &there));
}

static void a_token_is_written_over_the_first_64_bytes_and_no_others(void **state) {
        const struct store_dir *place = *state;
        _cleanup_free_ char *text = NULL;
        struct lock_token token;
        _cleanup_close_ int fd = -1;
        char bytes[80];
        size_t n;

        memset(bytes, 'x', sizeof(bytes));
        put_bytes(place->fd, "lock", bytes, sizeof(bytes));
        fd = lock_take(place->fd, "lock", false, 0);
        assert_ok(fd);
        assert_ok(lock_make_token(&token));
        assert_ok(lock_write_token(fd, &token));
        assert_ok(read_fd(fd, sizeof(bytes), &text, &n, NULL));
        assert_int_equal(n, sizeof(bytes));
        assert_memory_equal(text, token.bytes, 64);
        assert_memory_equal(text + 64, bytes + 64, 16);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                in_place(a_missing_lock_file_is_made_only_when_asked),
                in_place(what_we_hold_a_go_process_cannot_have),
                in_place(what_a_go_process_holds_we_cannot_have),
                in_place(closing_another_descriptor_of_the_file_does_not_let_go),
                in_place(waiting_ends_at_the_deadline_and_not_before),
                in_place(a_lock_that_is_let_go_of_in_time_is_obtained),
                in_place(a_lock_file_that_was_replaced_meanwhile_is_locked_anew),
                in_place(what_is_no_lock_file_is_refused_by_kind),
                in_place(a_token_is_what_is_there_up_to_64_bytes),
                in_place(a_token_that_is_written_is_read_and_no_two_are_the_same),
                in_place(a_token_is_written_over_the_first_64_bytes_and_no_others),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
