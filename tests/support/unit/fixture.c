/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "fixture.h"
#include "unit.h"

#define IDS 64

const char *fixture_id(const char *digits) {
        static char ids[IDS][65];
        static unsigned next;
        char *id = ids[next++ % IDS];

        memset(id, '0', 64);
        memcpy(id, digits, strlen(digits));
        return id;
}

static void set_config(struct fixture *f) {
        _cleanup_free_ char *graphroot = NULL, *runroot = NULL;

        assert_true(asprintf(&graphroot, "%s/graphroot", f->top) > 0);
        assert_true(asprintf(&runroot, "%s/runroot", f->top) > 0);
        assert_ok(cstorage_config_new(&f->config));
        assert_ok(cstorage_config_set_graphroot(f->config, graphroot));
        assert_ok(cstorage_config_set_runroot(f->config, runroot));
        assert_ok(cstorage_config_set_driver(f->config, "overlay"));
        assert_ok(cstorage_config_set_transient(f->config, getenv("STORAGE_TRANSIENT") != NULL));
}

/* No store of a test must survive a power cut: in memory, syncs take no time. */
static const char *temporary_directory(void) {
        const char *directory = getenv("TMPDIR");

        if (directory)
                return directory;
        return access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
}

int fixture_setup(void **state) {
        struct fixture *f = calloc(1, sizeof(*f));

        assert_non_null(f);
        assert_true(asprintf(&f->top, "%s/cstorage-test-XXXXXX", temporary_directory()) > 0);
        assert_non_null(mkdtemp(f->top));
        f->fd = open(f->top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_true(f->fd >= 0);

        fixture_mkdir(f, "graphroot/overlay/l");
        fixture_write(f, "graphroot/overlay-layers/layers.json", "[]");
        fixture_write(f, "graphroot/overlay-layers/layers.lock", "");
        fixture_write(f, "graphroot/overlay-images/images.json", "[]");
        fixture_write(f, "graphroot/overlay-images/images.lock", "");
        fixture_write(f, "graphroot/overlay-containers/containers.lock", "");
        fixture_mkdir(f, "runroot/overlay-layers");
        fixture_mkdir(f, "runroot/overlay-containers");
        set_config(f);
        *state = f;
        return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw) {
        (void) st;
        (void) type;
        (void) ftw;
        return remove(path);
}

int fixture_teardown(void **state) {
        struct fixture *f = *state;

        (void) nftw(f->top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
        cstorage_config_free(f->config);
        close_fd(f->fd);
        free(f->top);
        free(f);
        return 0;
}

void fixture_mkdir(struct fixture *f, const char *path) {
        char part[4096];

        for (const char *p = path; p; p = strchr(p + 1, '/')) {
                const char *end = strchr(p + 1, '/');

                (void) snprintf(part, sizeof(part), "%.*s", end ? (int) (end - path) : (int) strlen(path),
                                path);
                assert_true(mkdirat(f->fd, part, 0755) == 0 || errno == EEXIST);
        }
}

static void mkdir_above(struct fixture *f, const char *path) {
        _cleanup_free_ char *above = strdup(path);
        char *slash = strrchr(above, '/');

        if (!slash)
                return;
        *slash = '\0';
        fixture_mkdir(f, above);
}

void fixture_write(struct fixture *f, const char *path, const char *content) {
        _cleanup_close_ int fd = -1;

        mkdir_above(f, path);
        fd = openat(f->fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        assert_true(fd >= 0);
        assert_int_equal(write(fd, content, strlen(content)), strlen(content));
}

void fixture_symlink(struct fixture *f, const char *target, const char *path) {
        mkdir_above(f, path);
        assert_int_equal(symlinkat(target, f->fd, path), 0);
}

bool fixture_exists(struct fixture *f, const char *path) {
        struct stat st;

        return fstatat(f->fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

void fixture_add_layer_dir(struct fixture *f, const char *id, const char *link) {
        char path[256], target[256];

        (void) snprintf(path, sizeof(path), "graphroot/overlay/%s/diff/etc", id);
        fixture_mkdir(f, path);
        (void) snprintf(path, sizeof(path), "graphroot/overlay/%s/diff/etc/passwd", id);
        fixture_write(f, path, "root\n");
        (void) snprintf(path, sizeof(path), "graphroot/overlay/%s/link", id);
        fixture_write(f, path, link);
        (void) snprintf(path, sizeof(path), "graphroot/overlay/l/%s", link);
        (void) snprintf(target, sizeof(target), "../%s/diff", id);
        fixture_symlink(f, target, path);
}

struct cstorage_store *fixture_open(struct fixture *f) {
        struct cstorage_store *store = NULL;
        struct cstorage_error error;

        if (cstorage_store_open(f->config, &store, &error) < 0)
                fail_msg("%s", error.text);
        return store;
}
