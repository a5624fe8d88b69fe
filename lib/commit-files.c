/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Saving record files. Only those whose records changed, which shows in that they are not the same any more:
 * records that nobody touched are shared.
 */

#include "commit.h"
#include "split.h"

/* The items of a file: they stand together. */
static const struct item *items_of(const struct cstorage_snapshot *snapshot, size_t file, size_t *ret_n) {
        const struct items *items = &snapshot->kinds[snapshot->files[file].kind];
        const struct item *first = NULL;
        size_t n = 0;

        for (size_t i = 0; i < items->n; i++) {
                if (items->items[i].file != &snapshot->files[file])
                        continue;
                if (!first)
                        first = &items->items[i];
                n++;
        }
        *ret_n = n;
        return first;
}

/* What is on the disk is not known where a save failed: the new file may be there all the same. */
static bool differs(const struct cstorage_snapshot *a, const struct cstorage_snapshot *b, size_t file) {
        const struct item *a_items, *b_items;
        size_t a_n, b_n;

        if (a == b || !a)
                return !a;
        a_items = items_of(a, file, &a_n);
        b_items = items_of(b, file, &b_n);
        if (a_n != b_n)
                return true;
        for (size_t i = 0; i < a_n; i++)
                if (a_items[i].record != b_items[i].record)
                        return true;
        return false;
}

/* ------------------------------------------------------------------------------- tokens */

/*
 * Of layers Go compares one token or the other, by its release, and so all are written (lockfile.go:
 * multipleLockFile). Images have a lock beside each file. So have volatile containers, in the graphroot and
 * in the runroot, while the stable ones are read with both (containers.go:newContainerStore): who makes a
 * transient container writes nothing beside those.
 */
static bool guards(const struct cstorage_store *store, size_t lock, const struct cstorage_file *file) {
        bool beside = &store->roots[store_locks[lock].root] == file->root;

        if (store_locks[lock].guards != file->kind)
                return false;
        if (file->kind == CSTORAGE_FILE_CONTAINERS)
                return beside || file->location == CSTORAGE_LOCATION_STABLE;
        return beside || file->kind != CSTORAGE_FILE_IMAGES;
}

static int write_token(struct commit *commit, size_t lock) {
        struct cstorage_txn *txn = commit->txn;
        struct last_write token;
        int r;

        if (commit->token_written[lock] || txn->locks[lock] < 0)
                return 0;

        r = lock_make_token(&token);
        if (r >= 0)
                r = lock_write_token(txn->locks[lock], &token);
        if (r < 0)
                return error_errno(commit->reterr, r, "cannot write to the lock of the records");

        commit->now->tokens[lock] = token;
        commit->token_written[lock] = true;
        return 0;
}

/* Before the file: should we die in between, all that happens is that somebody reads it again. */
static int write_tokens(struct commit *commit, const struct cstorage_file *file) {
        for (size_t i = 0; i < STORE_LOCKS; i++) {
                int r;

                if (!guards(commit->txn->store, i, file))
                        continue;
                r = write_token(commit, i);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* -------------------------------------------------------------------------------- files */

static int write_file(struct commit *commit, size_t file, const struct cstorage_snapshot *snapshot) {
        struct cstorage_file *written = &commit->now->files[file];
        _cleanup_free_ struct slice *slices = NULL;
        const struct item *items;
        size_t n;
        int r;

        items = items_of(snapshot, file, &n);
        slices = calloc(n + 1, sizeof(*slices));
        if (!slices)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++)
                slices[i] = *record_json(written->kind, items[i].record);

        r = write_tokens(commit, written);
        if (r < 0)
                return r;

        r = recfile_write(written->root->fd, written->name, slices, n, split_is_durable(written),
                          &written->bytes.identity, commit->reterr);
        if (r < 0)
                return r;
        written->bytes.state = RECFILE_OK;
        return 0;
}

int commit_files(struct commit *commit, enum cstorage_file_kind kind,
                 const struct cstorage_snapshot *snapshot) {
        for (size_t i = 0; i < commit->now->n_files; i++) {
                const struct cstorage_file *file = &commit->now->files[i];
                int r;

                if (file->kind != kind || !split_is_ours(file) || !differs(commit->disk[i], snapshot, i))
                        continue;
                commit->disk[i] = NULL;
                r = write_file(commit, i, snapshot);
                if (r < 0)
                        return r;
                commit->disk[i] = snapshot;
        }
        return 0;
}
