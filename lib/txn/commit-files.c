/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Saving record files. A file is saved only if its records changed: unchanged records are shared between
 * snapshots, therefore comparing pointers is enough.
 */

#include "base/array.h"
#include "snapshot/placement.h"
#include "txn/commit.h"

/* The first item of this file or a later one: items are in the order of the files. */
static size_t begin_of(const struct items *items, const struct cstorage_record_file *file) {
        size_t low = 0, high = items->n;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (items->items[middle].file < file)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

static const struct item *items_of(const struct cstorage_snapshot *snapshot, size_t file, size_t *ret_n) {
        const struct items *items = &snapshot->kinds[snapshot->files[file].kind];
        size_t begin = begin_of(items, &snapshot->files[file]);

        *ret_n = begin_of(items, &snapshot->files[file] + 1) - begin;
        return items->n > 0 ? &items->items[begin] : NULL;
}

/* After a save failed the file on disk is unknown: the new one may be in its place. */
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

static int write_token(struct commit *commit, size_t lock) {
        struct cstorage_txn *txn = commit->txn;
        struct lock_token token;
        int r;

        if (commit->token_written[lock] || txn->locks[lock] < 0)
                return 0;

        r = txn_write_token(txn, lock, &token, commit->reterr);
        if (r < 0)
                return r;

        commit->now->tokens[lock] = token;
        commit->token_written[lock] = true;
        return 0;
}

/*
 * The token is written before the file is in its place: after a crash in between, other processes only read
 * the old file again.
 */
static int write_tokens(struct commit *commit, const struct cstorage_record_file *file) {
        for (size_t i = 0; i < STORE_LOCKS; i++) {
                int r;

                if (!txn_lock_guards(commit->txn->store, i, file->kind, file->location, file->root))
                        continue;
                r = write_token(commit, i);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* -------------------------------------------------------------------------------- files */

static int make_file(struct commit *commit, size_t file, const struct cstorage_snapshot *snapshot,
                     struct newfile *ret) {
        const struct cstorage_record_file *of = &commit->now->files[file];
        _cleanup_free_ struct slice *slices = NULL;
        const struct item *items;
        size_t n;

        items = items_of(snapshot, file, &n);
        slices = calloc(n + 1, sizeof(*slices));
        if (!slices)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++)
                slices[i] = *record_json(of->kind, items[i].record);
        return record_file_make(ret, of->root->fd, of->name, slices, n, placement_is_durable(of),
                                commit->reterr);
}

static int add_save(struct commit *commit, size_t file, const struct cstorage_snapshot *snapshot,
                    struct save **ret) {
        struct save *save;
        int r;

        r = ARRAY_RESERVE(commit->saves, commit->saves_cap, commit->n_saves + 1);
        if (r < 0)
                return r;

        save = *ret = &commit->saves[commit->n_saves++];
        *save = (struct save){.file = file, .snapshot = snapshot, .newfile = NEWFILE_INIT};
        return make_file(commit, file, snapshot, &save->newfile);
}

static struct save *find_save(struct commit *commit, size_t file, const struct cstorage_snapshot *snapshot) {
        for (size_t i = 0; i < commit->n_saves; i++) {
                struct save *save = &commit->saves[i];

                if (save->file == file && save->snapshot == snapshot && save->newfile.temp)
                        return save;
        }
        return NULL;
}

static int place_file(struct commit *commit, struct save *save) {
        struct cstorage_record_file *file = &commit->now->files[save->file];
        int r;

        r = write_tokens(commit, file);
        if (r < 0)
                return r;

        r = record_file_place(&save->newfile, &file->bytes.identity, commit->reterr);
        if (r < 0)
                return r;
        save->placed = true;
        file->bytes.state = RECORD_FILE_OK;
        return 0;
}

static int save_file(struct commit *commit, size_t file, const struct cstorage_snapshot *snapshot) {
        struct save *save = find_save(commit, file, snapshot);
        int r;

        if (!save) {
                r = add_save(commit, file, snapshot, &save);
                if (r < 0)
                        return r;
        }
        return place_file(commit, save);
}

static bool is_saved(const struct commit *commit, size_t file, enum cstorage_record_file_kind kind) {
        return commit->now->files[file].kind == kind && placement_is_ours(&commit->now->files[file]);
}

int commit_files(struct commit *commit, enum cstorage_record_file_kind kind,
                 const struct cstorage_snapshot *snapshot) {
        for (size_t i = 0; i < commit->now->n_files; i++) {
                int r;

                if (!is_saved(commit, i, kind) || !differs(commit->disk[i], snapshot, i))
                        continue;
                commit->disk[i] = NULL;
                r = save_file(commit, i, snapshot);
                if (r < 0)
                        return r;
                commit->disk[i] = snapshot;
        }
        return 0;
}

/* ---------------------------------------------------------------------- all files at once */

void commit_forget_files(struct commit *commit) {
        for (size_t i = 0; i < commit->n_saves; i++)
                newfile_done(&commit->saves[i].newfile);
        commit->n_saves = 0;
}

static int prepare_kind(struct commit *commit, enum cstorage_record_file_kind kind,
                        const struct cstorage_snapshot *snapshot, const struct cstorage_snapshot **disk) {
        for (size_t i = 0; i < commit->now->n_files; i++) {
                struct save *save;
                int r;

                if (!is_saved(commit, i, kind) || !differs(disk[i], snapshot, i))
                        continue;
                r = add_save(commit, i, snapshot, &save);
                if (r < 0)
                        return r;
                disk[i] = snapshot;
        }
        return 0;
}

static int prepare_all(struct commit *commit, const struct cstorage_snapshot **disk) {
        const struct {
                enum cstorage_record_file_kind kind;
                const struct cstorage_snapshot *snapshot;
        } saves[] = {
                {CSTORAGE_RECORD_FILE_IMAGES, commit->first},   {CSTORAGE_RECORD_FILE_LAYERS, commit->marked},
                {CSTORAGE_RECORD_FILE_LAYERS, commit->now},     {CSTORAGE_RECORD_FILE_IMAGES, commit->now},
                {CSTORAGE_RECORD_FILE_CONTAINERS, commit->now}, {CSTORAGE_RECORD_FILE_MOUNTS, commit->now},
        };

        for (size_t i = 0; i < ARRAY_SIZE(saves); i++) {
                int r = prepare_kind(commit, saves[i].kind, saves[i].snapshot, disk);

                if (r < 0)
                        return r;
        }
        return 0;
}

int commit_prepare_files(struct commit *commit) {
        _cleanup_free_ const struct cstorage_snapshot **disk =
                calloc(commit->now->n_files + 1, sizeof(*disk));
        struct error *reterr = commit->reterr;
        int r;

        if (!disk)
                return -ENOMEM;
        for (size_t i = 0; i < commit->now->n_files; i++)
                disk[i] = commit->disk[i];

        commit->reterr = NULL;
        r = prepare_all(commit, disk);
        commit->reterr = reterr;
        if (r < 0)
                commit_forget_files(commit);
        return r == -ENOMEM ? r : 0;
}

/* ------------------------------------------------------------------------- directories */

static bool is_last(const struct commit *commit, size_t i) {
        for (size_t j = i + 1; j < commit->n_saves; j++)
                if (commit->saves[j].placed && commit->saves[j].file == commit->saves[i].file)
                        return false;
        return true;
}

int commit_sync_directories(struct commit *commit) {
        for (size_t i = 0; i < commit->n_saves; i++) {
                struct save *save = &commit->saves[i];
                int r;

                if (!save->placed || !is_last(commit, i))
                        continue;
                r = record_file_sync_directory(&save->newfile, commit->reterr);
                if (r < 0)
                        return r;
        }
        return 0;
}
