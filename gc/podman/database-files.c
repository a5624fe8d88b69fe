/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Copies of podman's database in memory. */

#include "podman/database-files.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/error.h"
#include "base/fd.h"

const char *const podman_file_suffixes[DB_FILES] = {"", "-journal", "-wal"};

/* A transaction of podman takes some milliseconds; 200 are enough for several. */
#define TRIES    20
#define PAUSE_NS (10L * 1000 * 1000)

void podman_files_done(struct podman_files *files) {
        for (size_t i = 0; i < DB_FILES; i++)
                free(files->files[i].bytes);
        *files = PODMAN_FILES_INIT;
}

static int read_one(int dirfd, const char *name, struct podman_file *ret) {
        int r = read_file_at(dirfd, name, DB_SIZE_MAX, &ret->bytes, &ret->len, NULL);

        if (r == -ENOENT)
                return 0;
        ret->exists = r >= 0;
        return r;
}

static int read_all(int dirfd, const char *name, struct podman_files *ret) {
        for (size_t i = 0; i < DB_FILES; i++) {
                _cleanup_free_ char *full = NULL;
                int r;

                if (asprintf(&full, "%s%s", name, podman_file_suffixes[i]) < 0)
                        return -ENOMEM;
                r = read_one(dirfd, full, &ret->files[i]);
                if (r < 0)
                        return r;
        }
        return 0;
}

static bool is_same(const struct podman_files *a, const struct podman_files *b) {
        for (size_t i = 0; i < DB_FILES; i++) {
                const struct podman_file *x = &a->files[i], *y = &b->files[i];

                if (x->exists != y->exists || x->len != y->len ||
                    (x->exists && memcmp(x->bytes, y->bytes, x->len) != 0))
                        return false;
        }
        return true;
}

/* A file that grows during a read is treated like one that differs in the second read. */
static int read_again(int dirfd, const char *name, struct podman_files *files) {
        _cleanup_podman_files_ struct podman_files last = *files;
        int r;

        *files = PODMAN_FILES_INIT;
        r = read_all(dirfd, name, files);
        if (r < 0)
                return r;
        return is_same(&last, files) ? 1 : -EAGAIN;
}

/*
 * If two consecutive reads are the same, no file changed from the end of the first to the start of the
 * second: in between, all of them were on disk together. Timestamps would prove less, since they are coarse.
 */
static int read_stable(int dirfd, const char *name, struct podman_files *files) {
        int r = read_all(dirfd, name, files);

        for (int i = 0; i < TRIES && (r == 0 || r == -EAGAIN); i++) {
                if (i > 0)
                        (void) nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
                r = read_again(dirfd, name, files);
        }
        return r;
}

/* An empty database has no content yet: SQLite deletes its journal and log. */
int podman_files_read(const char *path, struct podman_files *ret) {
        _cleanup_podman_files_ struct podman_files files = PODMAN_FILES_INIT;
        _cleanup_free_ char *target = realpath(path, NULL);
        _cleanup_close_ int dirfd = -1;
        char *slash;
        int r;

        if (!target)
                return errno == ENOENT ? 0 : negative_errno();
        slash = strrchr(target, '/');
        *slash = '\0';
        dirfd = open(slash > target ? target : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (dirfd < 0)
                return negative_errno();
        r = read_stable(dirfd, slash + 1, &files);
        if (r < 0 && r != -EAGAIN)
                return r;
        if (r >= 0 && files.files[DB_MAIN].len == 0)
                return 0;
        *ret = files;
        files = PODMAN_FILES_INIT;
        return r;
}
