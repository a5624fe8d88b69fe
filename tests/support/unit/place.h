/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A temporary directory for a case: cmocka_unit_test_setup_teardown(case, place_make, place_remove). */

#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "unit.h"

struct store_dir {
        char path[64];
        int fd;
};

static inline int place_make(void **state) {
        static struct store_dir place;

        (void) snprintf(place.path, sizeof(place.path), "/tmp/cstorage-unit-XXXXXX");
        if (!mkdtemp(place.path))
                return -1;
        place.fd = open(place.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        *state = &place;
        return place.fd < 0 ? -1 : 0;
}

static inline int place_remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw) {
        (void) st;
        (void) type;
        (void) ftw;
        return remove(path);
}

static inline int place_remove(void **state) {
        struct store_dir *place = *state;

        place->fd = close_fd(place->fd);
        return nftw(place->path, place_remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

#define in_place(function) cmocka_unit_test_setup_teardown(function, place_make, place_remove)

static inline void put_dir(int fd, const char *name) {
        assert_ok(mkdirat(fd, name, 0755));
}

static inline void put_bytes(int fd, const char *name, const void *bytes, size_t n) {
        _cleanup_close_ int file = openat(fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

        assert_ok(file);
        assert_int_equal(write(file, bytes, n), (ssize_t) n);
}

static inline void put_text(int fd, const char *name, const char *text) {
        put_bytes(fd, name, text, strlen(text));
}

static inline void put_link(int fd, const char *name, const char *target) {
        assert_ok(symlinkat(target, fd, name));
}

static inline bool is_there(int fd, const char *name) {
        struct stat st;

        return fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static inline unsigned mode_of(int fd, const char *name) {
        struct stat st;

        assert_ok(fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW));
        return st.st_mode & 07777;
}
