/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading record files into a snapshot. A file that did not change since an earlier snapshot is not read
 * again.
 */

#include "base/array.h"
#include "snapshot/index.h"
#include "snapshot/set-aside.h"

/*
 * Writers replace files one after the other during a read. If a store changes faster than this, a reader must
 * hold its locks.
 */
#define READ_ROUNDS_MAX 5

/*
 * A missing runroot is empty. A missing graphroot or image store may be on a file system that is not mounted:
 * its records are unknown.
 */
static bool root_is_unknown(const struct cstorage_record_file *file) {
        if (file->root->fd >= 0)
                return false;
        return file->root->error != -ENOENT || (file->location != CSTORAGE_LOCATION_RUNROOT &&
                                                file->location != CSTORAGE_LOCATION_VOLATILE_RUNROOT);
}

static bool file_is_current(const struct cstorage_record_file *file) {
        return root_is_unknown(file) || record_file_is_current(&file->bytes, file->root->fd, file->name);
}

static int parse(struct cstorage_record_file *file) {
        int r;

        r = record_buffer_new(file->kind, file->bytes.text, file->bytes.len, &file->record_buffer,
                              &file->bytes.error);
        if (r == -ENOMEM)
                return r;
        if (r < 0) {
                file->torn = record_file_is_torn(&file->bytes);
                file->bytes.state = RECORD_FILE_DAMAGED;
                free(file->bytes.text);
        }
        file->bytes.text = NULL;
        file->n_records = record_buffer_count(file->record_buffer);
        return 0;
}

/*
 * A configured directory that is missing or cannot be opened. An additional image store belongs to another
 * user, therefore the message gives no advice.
 */
static void explain_root(struct cstorage_record_file *file) {
        const char *what = file->location == CSTORAGE_LOCATION_ADDITIONAL   ? "additional image store"
                           : file->location == CSTORAGE_LOCATION_IMAGESTORE ? "image store"
                                                                            : "directory";

        file->bytes.state = RECORD_FILE_UNREADABLE;
        if (file->root->error == -ENOENT)
                error_set(&file->bytes.error, -ENOENT, "the %s %s does not exist", what, file->root->path);
        else
                error_errno(&file->bytes.error, file->root->error, "cannot open the %s %s", what,
                            file->root->path);
}

static int file_read(struct cstorage_record_file *file) {
        int r;

        snapshot_forget_file(file);
        if (root_is_unknown(file)) {
                explain_root(file);
                return 0;
        }

        r = record_file_read(&file->bytes, file->root->fd, file->name);
        if (r < 0)
                return r;
        if (file->bytes.state == RECORD_FILE_OK)
                return parse(file);
        file->torn = record_file_is_torn(&file->bytes);
        return 0;
}

/* ----------------------------------------------------------------- unchanged files */

/* Timestamps alone may be too coarse to detect a change of a file; the token always changes. */
static bool kind_is_known(const struct cstorage_snapshot *snapshot,
                          const struct cstorage_snapshot *references, enum cstorage_record_file_kind kind) {
        for (size_t i = 0; i < STORE_LOCKS; i++)
                if (store_locks[i].guards == kind &&
                    !lock_token_equal(&snapshot->tokens[i], &references->tokens[i]))
                        return false;
        return true;
}

static bool is_known(const struct cstorage_snapshot *snapshot, const struct cstorage_snapshot *references,
                     size_t i) {
        return references && kind_is_known(snapshot, references, references->files[i].kind) &&
               file_is_current(&references->files[i]);
}

static int read_or_take(struct cstorage_snapshot *snapshot, const struct cstorage_snapshot *references,
                        size_t i) {
        struct cstorage_record_file *file = &snapshot->files[i];

        if (!is_known(snapshot, references, i)) {
                file->references = NULL;
                return file_read(file);
        }
        snapshot_forget_file(file);
        snapshot_take_file(file, &references->files[i]);
        file->references = &references->files[i];
        return 0;
}

/* ------------------------------------------------------------------------ rounds */

/* A token that cannot be read counts as one that was never written. */
static int read_token(const struct cstorage_store *store, size_t lock, int lock_fd, struct lock_token *ret) {
        const struct store_root *root = &store->roots[store_locks[lock].root];
        char name[PATH_LENGTH_MAX];
        int r;

        *ret = (struct lock_token){0};
        if (lock_fd >= 0)
                r = lock_read_token(lock_fd, ret);
        else
                r = lock_read_token_at(root->fd < 0 ? -1 : root->fd,
                                       path_of(store_locks[lock].path, store->driver->name, name), ret);
        return r == -ENOMEM ? r : 0;
}

int snapshot_read_tokens(const struct cstorage_store *store, const int *locks,
                         struct lock_token ret[static STORE_LOCKS]) {
        for (size_t i = 0; i < STORE_LOCKS; i++) {
                int r = read_token(store, i, locks ? locks[i] : -1, &ret[i]);

                if (r < 0)
                        return r;
        }
        return 0;
}

static int read_round(struct cstorage_snapshot *snapshot, const struct cstorage_snapshot *references,
                      const int *locks, bool *ret_current) {
        bool current = true;
        int r;

        r = snapshot_read_tokens(snapshot->store, locks, snapshot->tokens);
        if (r < 0)
                return r;

        for (size_t i = 0; i < snapshot->n_files; i++) {
                r = read_or_take(snapshot, references, i);
                if (r < 0)
                        return r;
        }
        for (size_t i = 0; i < snapshot->n_files && current; i++)
                current = file_is_current(&snapshot->files[i]);
        *ret_current = current;
        return 0;
}

static int read_files(struct cstorage_snapshot *snapshot, const struct cstorage_snapshot *references,
                      const int *locks) {
        bool current = false;
        int r = 0;

        for (int round = 0; round < READ_ROUNDS_MAX && !current && r >= 0; round++)
                r = read_round(snapshot, references, locks, &current);
        return r;
}

/* -------------------------------------------------------------------- collecting */

static size_t count_records(const struct cstorage_snapshot *snapshot, enum cstorage_record_file_kind kind) {
        size_t n = 0;

        for (size_t i = 0; i < snapshot->n_files; i++)
                if (snapshot->files[i].kind == kind)
                        n += snapshot->files[i].n_records;
        return n;
}

static void append_read(struct items *items, const struct cstorage_record_file *file) {
        for (size_t i = 0; i < file->n_records; i++)
                items->items[items->n++] =
                        (struct item){.record = record_buffer_record(file->record_buffer, i), .file = file};
}

static void append_known(struct items *items, const struct cstorage_record_file *file,
                         const struct items *references) {
        for (size_t i = 0; i < references->n; i++)
                if (references->items[i].file == file->references)
                        items->items[items->n++] =
                                (struct item){.record = references->items[i].record,
                                              .file = file,
                                              .own = record_buffer_ref(references->items[i].own)};
}

static void append_records(struct cstorage_snapshot *snapshot, const struct cstorage_snapshot *references,
                           struct cstorage_record_file *file) {
        struct items *items = &snapshot->kinds[file->kind];

        if (file->references)
                append_known(items, file, &references->kinds[file->kind]);
        else
                append_read(items, file);
        file->references = NULL;
}

static int collect_records(struct cstorage_snapshot *snapshot, const struct cstorage_snapshot *references) {
        int r;

        for (enum cstorage_record_file_kind kind = 0; kind < FILE_KINDS; kind++) {
                struct items *items = &snapshot->kinds[kind];

                r = ARRAY_RESERVE(items->items, items->cap_items, count_records(snapshot, kind) + 1);
                if (r < 0)
                        return r;
        }
        for (size_t i = 0; i < snapshot->n_files; i++)
                append_records(snapshot, references, &snapshot->files[i]);
        return 0;
}

static int read_records(struct cstorage_snapshot *snapshot, const struct cstorage_snapshot *references,
                        const int *locks, struct error *reterr) {
        const struct cstorage_store *store = snapshot->store;
        int r;

        r = read_files(snapshot, references, locks);
        if (r < 0)
                return error_errno(reterr, r, "cannot read the records of %s", store->roots[ROOT_GRAPH].path);

        r = set_aside_read(store, &snapshot->aside, reterr);
        if (r < 0)
                return r;

        /*
         * After the read: a directory that is made later contains no record of an entry that was listed
         * before.
         */
        r = store_check_roots(store, reterr);
        if (r < 0)
                return r;

        r = collect_records(snapshot, references);
        if (r < 0)
                return r;
        return snapshot_make_index(snapshot);
}

int snapshot_is_stale(const struct cstorage_snapshot *snapshot, const int *locks) {
        struct lock_token tokens[STORE_LOCKS];
        int r;

        r = snapshot_read_tokens(snapshot->store, locks, tokens);
        if (r < 0)
                return r;

        for (size_t i = 0; i < STORE_LOCKS; i++)
                if (!lock_token_equal(&tokens[i], &snapshot->tokens[i]))
                        return 1;
        for (size_t i = 0; i < snapshot->n_files; i++)
                if (!file_is_current(&snapshot->files[i]))
                        return 1;
        return 0;
}

int snapshot_read(struct cstorage_store *store, struct cstorage_snapshot *references, const int *locks,
                  struct cstorage_snapshot **ret, struct error *reterr) {
        _cleanup_(cstorage_snapshot_unrefp) struct cstorage_snapshot *snapshot = NULL;
        int r;

        if (references && snapshot_is_stale(references, locks) == 0) {
                *ret = cstorage_snapshot_ref(references);
                return 0;
        }

        r = snapshot_new(store, &snapshot);
        if (r < 0)
                return r;

        r = read_records(snapshot, references, locks, reterr);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(snapshot);
        return 0;
}

/* ------------------------------------------------------------------------ public */

static int new_snapshot(struct cstorage_store *store, struct cstorage_snapshot **ret, struct error *reterr) {
        if (!store || !ret)
                return -EINVAL;
        return snapshot_read(store, NULL, NULL, ret, reterr);
}

_public_ int cstorage_snapshot_new(struct cstorage_store *store, struct cstorage_snapshot **ret,
                                   struct cstorage_error *reterr) {
        return error_end(reterr, new_snapshot(store, ret, error_begin(reterr)), "cannot read the records");
}

static int check_stale(const struct cstorage_snapshot *snapshot, struct error *reterr) {
        int r;

        if (!snapshot)
                return -EINVAL;

        r = snapshot_is_stale(snapshot, NULL);
        if (r < 0)
                return error_errno(reterr, r, "cannot tell whether %s changed",
                                   snapshot->store->roots[ROOT_GRAPH].path);
        return r;
}

_public_ int cstorage_snapshot_is_stale(const struct cstorage_snapshot *snapshot,
                                        struct cstorage_error *reterr) {
        return error_end(reterr, check_stale(snapshot, error_begin(reterr)),
                         "cannot tell whether the store changed");
}
