/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "edit.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct cstorage_txn *begin(struct fixture *f) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = fixture_open(f);
        struct cstorage_txn *txn = NULL;

        assert_ok(cstorage_txn_begin(store, NULL, &txn, NULL));
        return txn;
}

void commit(struct cstorage_txn *txn) {
        _cleanup_(cstorage_trash_freep) struct cstorage_trash *trash = NULL;
        struct cstorage_error error;

        if (cstorage_txn_commit(txn, &trash, &error) < 0)
                fail_msg("%s", error.text);
        if (cstorage_trash_empty(trash, &error) < 0)
                fail_msg("%s", error.text);
        cstorage_txn_free(txn);
}

void add_layer(struct cstorage_txn *txn, const char *id, const char *name, const char *parent) {
        const char *const names[] = {name, NULL};
        const struct cstorage_layer_options options = {.size = sizeof(options),
                                                       .id = id,
                                                       .names = names,
                                                       .parent = parent};
        struct cstorage_error error;

        if (cstorage_txn_create_layer(txn, &options, NULL, &error) < 0)
                fail_msg("%s", error.text);
}

int try_image(struct cstorage_txn *txn, const char *id, const char *name, const char *layer,
              struct cstorage_error *reterr) {
        const char *const names[] = {name, NULL};
        const struct cstorage_image_options options = {.size = sizeof(options),
                                                       .id = id,
                                                       .names = names,
                                                       .layer = layer};

        return cstorage_txn_create_image(txn, &options, NULL, reterr);
}

int try_container(struct cstorage_txn *txn, const char *id, const char *name, const char *image,
                  uint64_t flags, struct cstorage_error *reterr) {
        const char *const names[] = {name, NULL};
        const struct cstorage_container_options options = {
                .size = sizeof(options), .flags = flags, .id = id, .names = names, .image = image};

        return cstorage_txn_create_container(txn, &options, NULL, reterr);
}

void fill(struct fixture *f) {
        struct cstorage_txn *txn = begin(f);

        add_layer(txn, fixture_id("1a"), "base", NULL);
        add_layer(txn, fixture_id("1b"), "top", "base");
        assert_ok(try_image(txn, fixture_id("2a"), "image", "top", NULL));
        assert_ok(try_container(txn, fixture_id("3a"), "box", "image", 0, NULL));
        commit(txn);
}

struct cstorage_snapshot *records(struct fixture *f) {
        _cleanup_(cstorage_store_unrefp) struct cstorage_store *store = fixture_open(f);
        struct cstorage_snapshot *snapshot = NULL;

        assert_ok(cstorage_snapshot_new(store, &snapshot, NULL));
        return snapshot;
}

char *read_text(struct fixture *f, const char *path) {
        static char text[65536];
        _cleanup_close_ int fd = openat(f->fd, path, O_RDONLY | O_CLOEXEC);
        ssize_t n;

        if (fd < 0)
                return strcpy(text, "");
        n = read(fd, text, sizeof(text) - 1);
        assert_true(n >= 0);
        text[n] = '\0';
        return text;
}

/* It may contain NULs. */
bool has_token(struct fixture *f, const char *path) {
        struct stat st;

        return fstatat(f->fd, path, &st, 0) >= 0 && st.st_size > 0;
}

bool has(struct fixture *f, const char *path, const char *text) {
        return strstr(read_text(f, path), text);
}

const char *layer_path(const char *id, const char *below) {
        static char path[256];

        (void) snprintf(path, sizeof(path), "graphroot/overlay/%s%s", id, below);
        return path;
}

bool is_transient(void) {
        return getenv("STORAGE_TRANSIENT");
}

const char *volatile_file(const char *kind) {
        static char path[128];

        (void) snprintf(path, sizeof(path), "%s/overlay-%s/volatile-%s.json",
                        is_transient() ? "runroot" : "graphroot", kind, kind);
        return path;
}
