/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dirent.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "disk/lock.h"
#include "disk/temp-dir-send.h"
#include "place.h"

#define ROOT "tempdirs"

struct pair {
        int here, there;
};

static struct pair connected(void) {
        int fds[2];

        assert_ok(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds));
        return (struct pair){fds[0], fds[1]};
}

static void disconnect(struct pair pair) {
        close_fd(pair.here);
        close_fd(pair.there);
}

/* The lock of the only temp dir that is there. */
static const char *lock_of(const char *number) {
        static char path[128];

        (void) snprintf(path, sizeof(path), ROOT "/lock-%s", number);
        return path;
}

static struct temp_dir make(const struct store_dir *place) {
        struct temp_dir temp = TEMP_DIR_INIT;

        assert_ok(temp_dir_make(&temp, place->fd, ROOT, NULL));
        return temp;
}

static size_t open_descriptors(void) {
        DIR *dir = opendir("/proc/self/fd");
        size_t n = 0;

        while (readdir(dir))
                n++;
        (void) closedir(dir);
        return n;
}

/* ------------------------------------------------------------------------------------ held all the time */

static void what_is_sent_is_held_on_its_way_and_arrives_whole(void **state) {
        const struct store_dir *place = *state;
        struct temp_dir temp = make(place), received = TEMP_DIR_INIT;
        struct pair pair = connected();
        char lock[128];

        (void) snprintf(lock, sizeof(lock), "%s", lock_of(temp.number));
        assert_ok(temp_dir_send(&temp, pair.here));
        assert_int_equal(temp.lock_fd, -1);
        assert_int_equal(temp.dir_fd, -1);
        assert_int_equal(lock_probe(place->fd, lock), 1);

        assert_int_equal(temp_dir_receive(&received, pair.there), 1);
        assert_int_equal(lock_probe(place->fd, lock), 1);
        assert_true(received.made_root);
        assert_ok(temp_dir_remove(&received, NULL));
        assert_false(is_there(place->fd, ROOT));
        disconnect(pair);
}

static void the_sender_may_die_before_it_is_received(void **state) {
        const struct store_dir *place = *state;
        struct temp_dir received = TEMP_DIR_INIT;
        struct pair pair = connected();
        int status;
        pid_t pid;

        pid = fork();
        if (pid == 0) {
                struct temp_dir temp = make(place);

                _exit(temp_dir_send(&temp, pair.here) < 0);
        }
        close_fd(pair.here);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);

        assert_int_equal(temp_dir_receive(&received, pair.there), 1);
        assert_int_equal(lock_probe(place->fd, lock_of(received.number)), 1);
        assert_ok(temp_dir_remove(&received, NULL));
        assert_int_equal(temp_dir_receive(&received, pair.there), 0);
        close_fd(pair.there);
}

static void what_nobody_receives_is_let_go_of_with_the_socket(void **state) {
        const struct store_dir *place = *state;
        struct temp_dir temp = make(place);
        struct pair pair = connected();
        char lock[128];

        (void) snprintf(lock, sizeof(lock), "%s", lock_of(temp.number));
        assert_ok(temp_dir_send(&temp, pair.here));
        disconnect(pair);
        assert_int_equal(lock_probe(place->fd, lock), 0);
        assert_true(is_there(place->fd, ROOT));
}

static void what_cannot_be_sent_stays(void **state) {
        const struct store_dir *place = *state;
        struct temp_dir temp = make(place);
        struct pair pair = connected();

        close_fd(pair.there);
        assert_int_equal(temp_dir_send(&temp, pair.here), -EPIPE);
        assert_int_equal(lock_probe(place->fd, lock_of(temp.number)), 1);
        assert_ok(temp_dir_remove(&temp, NULL));
        close_fd(pair.here);
}

/* Where others left a lock file alone. */
static void one_without_a_directory_is_handed_over_too(void **state) {
        const struct store_dir *place = *state;
        struct temp_dir temp = TEMP_DIR_INIT, received = TEMP_DIR_INIT;
        struct pair pair = connected();

        put_dir(place->fd, ROOT);
        put_text(place->fd, ROOT "/lock-17", "");
        assert_ok(temp_dir_adopt(&temp, place->fd, ROOT, "17", NULL));
        assert_ok(temp_dir_send(&temp, pair.here));
        assert_int_equal(temp_dir_receive(&received, pair.there), 1);
        assert_int_equal(received.dir_fd, -1);
        assert_false(received.made_root);
        assert_ok(temp_dir_remove(&received, NULL));
        assert_false(is_there(place->fd, ROOT "/lock-17"));
        disconnect(pair);
}

/* --------------------------------------------------------------------------------- what it does not take */

/* What another program might send: so many bytes, and these descriptors. */
static void send_raw(int socket_fd, const void *bytes, size_t size, const int *fds, size_t n_fds) {
        union {
                struct cmsghdr align;
                char bytes[CMSG_SPACE(8 * sizeof(int))];
        } control = {0};
        struct iovec piece = {(void *) (uintptr_t) bytes, size};
        struct msghdr header = {.msg_iov = &piece, .msg_iovlen = 1};

        if (n_fds > 0) {
                header.msg_control = control.bytes;
                header.msg_controllen = (socklen_t) CMSG_SPACE(n_fds * sizeof(int));
                *CMSG_FIRSTHDR(&header) = (struct cmsghdr){
                        .cmsg_len = (socklen_t) CMSG_LEN(n_fds * sizeof(int)),
                        .cmsg_level = SOL_SOCKET,
                        .cmsg_type = SCM_RIGHTS,
                };
                memcpy(CMSG_DATA(CMSG_FIRSTHDR(&header)), fds, n_fds * sizeof(int));
        }
        assert_int_equal(sendmsg(socket_fd, &header, 0), (ssize_t) size);
}

/* A message as one is sent, to be damaged; its descriptors are closed. */
static size_t capture(const struct store_dir *place, char *bytes, size_t size) {
        struct temp_dir temp = make(place);
        struct pair pair = connected();
        ssize_t n;

        assert_ok(temp_dir_send(&temp, pair.here));
        n = recv(pair.there, bytes, size, 0);
        assert_true(n > 0);
        disconnect(pair);
        return (size_t) n;
}

static void expect_refused(const char *bytes, size_t size, const int *fds, size_t n_fds) {
        struct temp_dir received = TEMP_DIR_INIT;
        struct pair pair = connected();
        size_t before;

        send_raw(pair.here, bytes, size, fds, n_fds);
        before = open_descriptors();
        assert_int_equal(temp_dir_receive(&received, pair.there), -EBADMSG);
        assert_int_equal(open_descriptors(), before);
        assert_int_equal(received.lock_fd, -1);
        disconnect(pair);
}

static void what_is_no_such_message_is_refused_and_nothing_of_it_kept(void **state) {
        const struct store_dir *place = *state;
        int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
        const int fds[] = {null_fd, place->fd, null_fd, null_fd, null_fd, null_fd};
        char bytes[4096], damaged[4096];
        size_t size;

        size = capture(place, bytes, sizeof(bytes));
        expect_refused("x", 1, NULL, 0);
        expect_refused(bytes, size - 1, fds, 4);
        expect_refused(bytes, size, NULL, 0);
        for (size_t n = 1; n <= ARRAY_SIZE(fds); n++)
                expect_refused(bytes, size, fds, n);
        for (size_t i = 0; i < size; i++) {
                memcpy(damaged, bytes, size);
                damaged[i] = (char) ~damaged[i];
                expect_refused(damaged, size, fds, 4);
        }
        close_fd(null_fd);
}

/* The last field of a message has no end. */
static void a_name_without_its_end_is_refused(void **state) {
        const struct store_dir *place = *state;
        int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
        const int fds[] = {null_fd, place->fd, null_fd, null_fd};
        char bytes[4096];
        size_t size;

        size = capture(place, bytes, sizeof(bytes));
        for (char *end = bytes + size; *--end == '\0';)
                *end = 'a';
        expect_refused(bytes, size, fds, ARRAY_SIZE(fds));
        close_fd(null_fd);
}

/* The descriptors are right, but the names lead elsewhere by now. */
static void one_that_is_not_what_its_names_say_is_refused(void **state) {
        const struct store_dir *place = *state;
        struct temp_dir received = TEMP_DIR_INIT;

        for (int what = 0; what < 2; what++) {
                struct temp_dir temp = make(place);
                struct pair pair = connected();
                char path[128];

                (void) snprintf(path, sizeof(path), ROOT "/%s-%s", what == 0 ? "lock" : "temp-dir",
                                temp.number);
                assert_ok(unlinkat(place->fd, path, what == 0 ? 0 : AT_REMOVEDIR));
                if (what == 0)
                        put_text(place->fd, path, "");
                else
                        put_dir(place->fd, path);
                assert_ok(temp_dir_send(&temp, pair.here));
                assert_int_equal(temp_dir_receive(&received, pair.there), -EBADMSG);
                disconnect(pair);
        }
}

/* An open lock file without the lock is refused: another process has locked it. */
static void one_whose_lock_is_anothers_is_refused(void **state) {
        const struct store_dir *place = *state;
        struct temp_dir temp = make(place), received = TEMP_DIR_INIT;
        int held = temp.lock_fd;
        struct pair pair = connected();

        temp.lock_fd = openat(place->fd, lock_of(temp.number), O_RDWR | O_CLOEXEC);
        assert_true(temp.lock_fd >= 0);
        assert_ok(temp_dir_send(&temp, pair.here));
        assert_int_equal(temp_dir_receive(&received, pair.there), -EBADMSG);
        close_fd(held);
        disconnect(pair);
}

enum { SLOT_LOCK, SLOT_ROOT, SLOT_DIR, SLOT_PARENT, SLOTS };

/* The same temp dir once more, but for one descriptor, which is used up. */
static struct temp_dir with_another(const struct temp_dir *temp, int slot, int fd) {
        const int real[SLOTS] = {temp->lock_fd, temp->root_fd, temp->dir_fd, temp->parent_fd};
        int fds[SLOTS];

        for (int i = 0; i < SLOTS; i++)
                fds[i] = i == slot ? fd : fcntl(real[i], F_DUPFD_CLOEXEC, 0);
        return (struct temp_dir){
                .number = strdup(temp->number),
                .lock_fd = fds[SLOT_LOCK],
                .root_fd = fds[SLOT_ROOT],
                .dir_fd = fds[SLOT_DIR],
                .parent_fd = fds[SLOT_PARENT],
                .made_root = true,
                .root = strdup(temp->root),
        };
}

static int unlinked_dir(const struct store_dir *place) {
        int fd;

        put_dir(place->fd, "gone");
        fd = openat(place->fd, "gone", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_ok(unlinkat(place->fd, "gone", AT_REMOVEDIR));
        return fd;
}

static int odd_descriptor(const struct store_dir *place, unsigned i) {
        int fds[2];

        switch (i) {
        case 0:
                return open("/dev/null", O_RDWR | O_CLOEXEC);
        case 1:
                assert_ok(pipe2(fds, O_CLOEXEC));
                close_fd(fds[1]);
                return fds[0];
        case 2:
                return socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
        case 3:
                return open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        case 4:
                return open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
        case 5:
                return openat(place->fd, "file", O_PATH | O_CLOEXEC);
        case 6:
                return openat(place->fd, "file", O_RDWR | O_CLOEXEC);
        case 7:
                return unlinked_dir(place);
        default:
                return -1;
        }
}

/* Nothing is changed by it, nothing is left open, and a good one is received afterwards. */
static void odd_descriptors_are_refused_and_the_next_is_received(void **state) {
        const struct store_dir *place = *state;
        struct temp_dir temp = make(place), received = TEMP_DIR_INIT;
        struct pair pair = connected();
        size_t before = open_descriptors();
        int fd;

        put_text(place->fd, "file", "");
        for (int slot = 0; slot < SLOTS; slot++)
                for (unsigned i = 0; (fd = odd_descriptor(place, i)) >= 0; i++) {
                        struct temp_dir odd = with_another(&temp, slot, fd);

                        assert_ok(temp_dir_send(&odd, pair.here));
                        assert_int_equal(temp_dir_receive(&received, pair.there), -EBADMSG);
                        assert_int_equal(open_descriptors(), before);
                }
        assert_ok(temp_dir_send(&temp, pair.here));
        assert_int_equal(temp_dir_receive(&received, pair.there), 1);
        assert_ok(temp_dir_remove(&received, NULL));
        disconnect(pair);
}

static void what_is_mounted_on_a_temp_dir_is_refused(void **state) {
        const struct store_dir *place = *state;
        struct temp_dir temp = make(place), received = TEMP_DIR_INIT, odd;
        struct pair pair = connected();
        char path[256], name[128];
        int r;

        (void) snprintf(name, sizeof(name), ROOT "/temp-dir-%s", temp.number);
        (void) snprintf(path, sizeof(path), "%s/%s", place->path, name);
        if (mount("none", path, "tmpfs", 0, NULL) < 0)
                skip();
        odd = with_another(&temp, SLOT_DIR, openat(place->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        r = temp_dir_send(&odd, pair.here);
        if (r >= 0)
                r = temp_dir_receive(&received, pair.there);
        assert_int_equal(umount2(path, MNT_DETACH), 0);
        assert_int_equal(r, -EBADMSG);
        assert_ok(temp_dir_remove(&temp, NULL));
        disconnect(pair);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                in_place(what_is_sent_is_held_on_its_way_and_arrives_whole),
                in_place(the_sender_may_die_before_it_is_received),
                in_place(what_nobody_receives_is_let_go_of_with_the_socket),
                in_place(what_cannot_be_sent_stays),
                in_place(one_without_a_directory_is_handed_over_too),
                in_place(what_is_no_such_message_is_refused_and_nothing_of_it_kept),
                in_place(a_name_without_its_end_is_refused),
                in_place(one_that_is_not_what_its_names_say_is_refused),
                in_place(one_whose_lock_is_anothers_is_refused),
                in_place(odd_descriptors_are_refused_and_the_next_is_received),
                in_place(what_is_mounted_on_a_temp_dir_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
