/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Begin and end of an edit: it is checked against the records, and changes them at once. */

#include "snapshot/change.h"
#include "snapshot/placement.h"
#include "txn/edit.h"

/* A damaged file is not rewritten, and its records may show that something is in use. */
static int check_files(const struct cstorage_snapshot *snapshot, struct error *reterr) {
        for (size_t i = 0; i < snapshot->n_files; i++) {
                const struct cstorage_record_file *file = &snapshot->files[i];

                if (!placement_is_ours(file) || file->bytes.state == RECORD_FILE_OK ||
                    file->bytes.state == RECORD_FILE_MISSING)
                        continue;
                if (file->bytes.state == RECORD_FILE_EMPTY)
                        return error_set(reterr, -EBADMSG,
                                         "%s is empty, as no save leaves it: restore it, or remove it if "
                                         "nothing it recorded is wanted",
                                         file->path);
                return error_set(reterr, -EBADMSG,
                                 "%s: nothing is changed while this file makes no sense: %s", file->path,
                                 file->bytes.error.text);
        }
        return 0;
}

/*
 * Delete the incomplete layers of this store: a process died while it made or deleted them. Go does the same
 * when it loads the store (layers.go:load).
 */
static int drop_incomplete(struct edit *edit) {
        const struct items *layers = &edit->now->kinds[CSTORAGE_RECORD_FILE_LAYERS];
        int r;

        for (size_t i = layers->n; i-- > 0;) {
                const struct layer *layer = layers->items[i].record;

                if (!layer->incomplete || !placement_is_ours(layers->items[i].file))
                        continue;
                r = edit_drop_layer(edit, layer->id);
                if (r < 0)
                        return r;
                i = i < layers->n ? i : layers->n;
        }
        return 0;
}

/* Holders of other references must not see the changes. */
static int take_snapshot(struct edit *edit) {
        struct cstorage_txn *txn = edit->txn;

        if (!txn->now || !snapshot_is_ours_alone(txn->now))
                return snapshot_derive(txn_snapshot(txn), &edit->now);

        edit->now = cstorage_snapshot_ref(txn->now);
        edit->in_place = true;
        journal_begin(edit->now);
        return 0;
}

int edit_begin_as_is(struct edit *edit, struct cstorage_txn *txn, struct error *reterr) {
        int r;

        *edit = (struct edit){.txn = txn, .reterr = reterr, .n_changes = txn->changes.n};
        if (!txn_may_be_changed(txn))
                return error_set(reterr, -EINVAL, "the transaction was committed already");

        r = txn_prepare(txn, reterr);
        if (r < 0)
                return r;

        r = txn_load(txn, reterr);
        if (r < 0)
                return r;

        r = check_files(txn->before, reterr);
        if (r < 0)
                return r;

        return take_snapshot(edit);
}

int edit_begin(struct edit *edit, struct cstorage_txn *txn, struct error *reterr) {
        bool is_first = txn_may_be_changed(txn) && !txn->now;
        int r;

        r = edit_begin_as_is(edit, txn, reterr);
        if (r < 0)
                return r;

        r = is_first ? drop_incomplete(edit) : 0;
        return r < 0 ? edit_end(edit, r) : 0;
}

static void forget(struct edit *edit, enum cstorage_object object) {
        for (size_t i = 0; i < edit->forgotten[object].n; i++)
                changes_drop(&edit->txn->changes, object, edit->forgotten[object].s[i]);
}

static void keep(struct edit *edit) {
        struct cstorage_txn *txn = edit->txn;

        for (size_t i = 0; i < ARRAY_SIZE(edit->forgotten); i++)
                forget(edit, (enum cstorage_object) i);
        if (edit->in_place)
                journal_keep(edit->now);
        cstorage_snapshot_unref(txn->now);
        txn->now = edit->now;
}

static void drop(struct edit *edit) {
        if (edit->in_place)
                journal_revert(edit->now);
        cstorage_snapshot_unref(edit->now);
        changes_truncate(&edit->txn->changes, edit->n_changes);
}

int edit_end(struct edit *edit, int result) {
        if (result >= 0)
                keep(edit);
        else
                drop(edit);
        for (size_t i = 0; i < ARRAY_SIZE(edit->forgotten); i++)
                strlist_done(&edit->forgotten[i]);
        return result;
}
