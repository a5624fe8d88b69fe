/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Layers are made while one call fails: each call of each kind in turn, by the linker's --wrap. Whatever
 * fails, either all of a layer is there or nothing, nothing leaks, and the next try succeeds.
 */

#include <sys/stat.h>

#include "base/dir.h"
#include "base/fd.h"
#include "driver/driver.h"
#include "place.h"

#define ID_A   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B   "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define LINK_A "AAAAAAAAAAAAAAAAAAAAAAAAAA"
#define LINK_B "BBBBBBBBBBBBBBBBBBBBBBBBBB"
#define LINK_C "CCCCCCCCCCCCCCCCCCCCCCCC27"

/* More than any of the calls is made. */
#define CALLS_MAX 2000U

static const char *armed; /* the function; NULL: none */
static unsigned countdown;

static bool fails(const char *function) {
        if (!armed || strcmp(armed, function) != 0 || countdown == 0 || --countdown > 0)
                return false;
        errno = strstr(function, "alloc") || strstr(function, "dup") ? ENOMEM : ENOSPC;
        return true;
}

#define WRAP(type, name, parameters, arguments, failed)                                                      \
        type __real_##name parameters;                                                                       \
        type __wrap_##name parameters;                                                                       \
        type __wrap_##name parameters {                                                                      \
                return fails(#name) ? (failed) : __real_##name arguments;                                    \
        }

WRAP(void *, malloc, (size_t n), (n), NULL)
WRAP(void *, calloc, (size_t n, size_t size), (n, size), NULL)
WRAP(void *, reallocarray, (void *p, size_t n, size_t size), (p, n, size), NULL)
WRAP(char *, strdup, (const char *s), (s), NULL)
WRAP(int, mkdirat, (int fd, const char *path, mode_t mode), (fd, path, mode), -1)
WRAP(int, symlinkat, (const char *target, int fd, const char *path), (target, fd, path), -1)
WRAP(int, renameat, (int from_fd, const char *from, int to_fd, const char *to), (from_fd, from, to_fd, to),
     -1)
WRAP(ssize_t, write, (int fd, const void *bytes, size_t n), (fd, bytes, n), -1)
WRAP(long, syscall, (long number, long a, long b, long c, long d, long e, long f), (number, a, b, c, d, e, f),
     -1)
WRAP(int, linkat, (int from_fd, const char *from, int to_fd, const char *to, int flags),
     (from_fd, from, to_fd, to, flags), -1)
WRAP(int, chmod, (const char *path, mode_t mode), (path, mode), -1)
WRAP(int, chown, (const char *path, uid_t uid, gid_t gid), (path, uid, gid), -1)

static const char *const functions[] = {
        "malloc",   "calloc", "reallocarray", "strdup", "mkdirat", "symlinkat",
        "renameat", "write",  "syscall",      "linkat", "chmod",   "chown",
};

struct world {
        const struct store_dir *place;
        const struct driver *driver;
        const char *layers_dir; /* below the home */
        struct homes homes;
        int home;
};

static const char *const on_a[] = {ID_A, NULL};

static int create(const struct world *w, const char *id, const char *link, const char *const *parents) {
        const struct new_layer layer = {
                .id = id, .link = link, .parents = parents, .uid = geteuid(), .gid = getegid()};

        return w->driver->create_layer(&w->homes, w->home, &layer, NULL);
}

static size_t count(int fd, const char *name) {
        _cleanup_dir_list_ struct dir_list list = DIR_LIST_INIT;
        _cleanup_close_ int dir = openat(fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        assert_ok(dir);
        assert_ok(dir_list_read(&list, dir));
        return list.n;
}

static void remove_layer(const struct world *w, const char *id) {
        char path[512];

        (void) snprintf(path, sizeof(path), "%s/%s/%s", w->place->path, w->layers_dir, id);
        assert_ok(nftw(path, place_remove_entry, 16, FTW_DEPTH | FTW_PHYS));
}

/* Links on other inodes, a directory and a file with something in it: what takes a call to copy. */
static void put_content(int fd) {
        put_dir(fd, "d");
        put_text(fd, "d/file", "text");
        assert_ok(linkat(fd, "d/file", fd, "again", 0));
        put_link(fd, "soft", "file");
}

static void open_world(struct world *w, void **state, const struct driver *driver) {
        *w = (struct world){.place = *state, .driver = driver};
        w->home = driver->make_home(w->place->fd, NULL);
        w->layers_dir = driver == &driver_vfs ? "vfs/dir" : "overlay";
        w->homes = (struct homes){.fds = &w->home, .n = 1, .runroot_fd = -1};
        assert_ok(w->home);
        assert_ok(create(w, ID_A, LINK_A, NULL));
}

/* 1 where the call was reached. */
static int create_failing(const struct world *w, const char *function, unsigned n) {
        int r;

        armed = function;
        countdown = n;
        r = create(w, ID_B, LINK_B, on_a);
        armed = NULL;
        if (r >= 0)
                return countdown == 0 ? 1 : 0;
        assert_true(r == -ENOMEM || r == -ENOSPC);
        return 2;
}

static void expect_all_or_nothing(const struct world *w, int result) {
        size_t layers = count(w->place->fd, w->layers_dir);

        assert_false(is_there(w->home, "tempdirs"));
        if (result < 2) {
                remove_layer(w, ID_B);
                (void) unlinkat(w->home, "l/" LINK_B, 0);
                return;
        }
        /* "l" is beside the layers of overlay. */
        assert_int_equal(layers, w->driver->links_dir ? 2 : 1);
        assert_false(is_there(w->home, "l/" LINK_B));
}

static void try_each_call(const struct world *w) {
        for (size_t i = 0; i < ARRAY_SIZE(functions); i++)
                for (unsigned n = 1, result = 1; result > 0; n++) {
                        assert_true(n < CALLS_MAX);
                        result = (unsigned) create_failing(w, functions[i], n);
                        expect_all_or_nothing(w, (int) result);
                }
}

static void an_overlay_layer_is_made_whole_or_not_at_all(void **state) {
        struct world w;

        open_world(&w, state, &driver_overlay);
        try_each_call(&w);
        assert_ok(create(&w, ID_B, LINK_B, on_a));
        close_fd(w.home);
}

static void a_copy_is_made_whole_or_not_at_all(void **state) {
        struct world w;
        _cleanup_close_ int fd = -1;

        open_world(&w, state, &driver_vfs);
        fd = openat(w.home, "dir/" ID_A, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        put_content(fd);
        try_each_call(&w);
        assert_ok(create(&w, ID_B, NULL, on_a));
        close_fd(w.home);
}

/* Whatever fails while a leftover gives way, the next try finds nothing that stands in its way. */
static void a_leftover_does_not_stay_in_the_way(void **state) {
        struct world w;

        open_world(&w, state, &driver_overlay);
        for (size_t i = 0; i < ARRAY_SIZE(functions); i++)
                for (unsigned n = 1, result = 1; result > 0; n++) {
                        assert_true(n < CALLS_MAX);
                        assert_ok(create(&w, ID_B, LINK_C, on_a));
                        result = (unsigned) create_failing(&w, functions[i], n);
                        assert_ok(create(&w, ID_B, LINK_C, on_a));
                        assert_int_equal(count(w.home, ID_B), 6);
                        remove_layer(&w, ID_B);
                        assert_ok(unlinkat(w.home, "l/" LINK_C, 0));
                        (void) unlinkat(w.home, "l/" LINK_B, 0);
                }
        close_fd(w.home);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                in_place(an_overlay_layer_is_made_whole_or_not_at_all),
                in_place(a_copy_is_made_whole_or_not_at_all),
                in_place(a_leftover_does_not_stay_in_the_way),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
