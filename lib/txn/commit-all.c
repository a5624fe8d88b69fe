/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The commit of a transaction: its edits, then the entries to move to the trash, then the repairs. */

#include "base/idset.h"
#include "txn/commit.h"

/* The layers with a side file or link that could not be moved. */
struct held_layers {
        struct idset ids;
        int code; /* if they could not be determined: -ENOMEM */
};

static void held_layers_done(struct held_layers *held) {
        idset_done(&held->ids);
}

/* An entry that is gone does not stay, although the item has an error. */
static bool stays(const struct cstorage_trash_item *item) {
        return item->error.code < 0 && item->error.code != -ENOENT;
}

static void held_layers_find(struct held_layers *held, const struct cstorage_trash *trash) {
        for (size_t i = 0; i < trash->n && held->code >= 0; i++) {
                const struct cstorage_trash_item *item = &trash->items[i];

                if (entry_kinds[item->entry->kind].turn == TRASH_TURN_SIDE_FILE && stays(item))
                        held->code = idset_add(&held->ids, item->entry->id);
        }
        idset_seal(&held->ids);
}

/* A side file without a layer directory is evidence of a foreign image store: see enum trash_turn. */
static int held_layers_check(const struct held_layers *held, struct cstorage_trash_item *item) {
        const struct cstorage_entry *entry = item->entry;

        if (entry_kinds[entry->kind].object != CSTORAGE_OBJECT_LAYER || !entry->id)
                return 0;
        if (held->code < 0)
                return error_errno(&item->error, held->code, "%s", entry->name);
        return idset_has(&held->ids, entry->id)
                       ? error_set(&item->error, -ECANCELED, "%s stays, because a side file of it stays",
                                   cstorage_entry_get_path(entry))
                       : 0;
}

static void trash_one(struct cstorage_txn *txn, struct cstorage_trash_item *item,
                      const struct mountinfo *mounts) {
        if (entry_kinds[item->entry->kind].turn == TRASH_TURN_RESET)
                txn_reset_volatile_file(txn, item, mounts);
        else
                trash_move(txn->trash, item, mounts);
}

static void trash_turn(struct cstorage_txn *txn, enum trash_turn turn, const struct held_layers *held,
                       const struct mountinfo *mounts) {
        struct cstorage_trash *trash = txn->trash;

        for (size_t i = 0; i < trash->n; i++)
                if (entry_kinds[trash->items[i].entry->kind].turn == turn &&
                    held_layers_check(held, &trash->items[i]) >= 0)
                        trash_one(txn, &trash->items[i], mounts);
}

static void trash_all(struct cstorage_txn *txn, const struct mountinfo *mounts) {
        _cleanup_(held_layers_done) struct held_layers held = {.ids = IDSET_INIT};

        trash_turn(txn, TRASH_TURN_RESET, &held, mounts);
        trash_turn(txn, TRASH_TURN_SIDE_FILE, &held, mounts);
        held_layers_find(&held, txn->trash);
        trash_turn(txn, TRASH_TURN_REST, &held, mounts);
}

static bool has_more(const struct cstorage_txn *txn) {
        return txn->trash->n > 0 || txn->trash->n_repairs > 0;
}

/* The trash comes first: on a full disk, repairs use its space. */
static int trash_and_repair(struct cstorage_txn *txn, struct error *reterr) {
        _cleanup_(mountinfo_freep) struct mountinfo *mounts = NULL;
        int r;

        /* The mounts may have changed since the caller examined the entries. */
        r = mountinfo_read(NULL, &mounts, reterr);
        if (r < 0)
                return r;
        trash_all(txn, mounts);
        txn_make_repairs(txn, mounts);
        return 0;
}

/* ------------------------------------------------------------------------- commit */

static int commit_all(struct cstorage_txn *txn, struct error *reterr) {
        int r;

        r = txn_check_stale(txn, reterr);
        if (r >= 0 && has_more(txn))
                r = txn_check_unheld(txn, reterr);
        if (r >= 0 && txn->now)
                r = commit_changes(txn, reterr);
        if (r < 0)
                return r;
        r = has_more(txn) ? trash_and_repair(txn, reterr) : 0;
        if (r >= 0)
                txn->committed = true;
        return r;
}

static int commit(struct cstorage_txn *txn, struct cstorage_trash **ret, struct error *reterr) {
        int r;

        if (!txn || !ret || !txn_may_be_changed(txn))
                return -EINVAL;

        r = commit_all(txn, reterr);
        txn_unlock(txn);
        if (r < 0) {
                (void) cstorage_trash_empty(txn->trash, NULL); /* what an undone commit made */
                return r;
        }
        *ret = TAKE_PTR(txn->trash);
        return 0;
}

_public_ int cstorage_txn_commit(struct cstorage_txn *txn, struct cstorage_trash **ret,
                                 struct cstorage_error *reterr) {
        return error_end(reterr, commit(txn, ret, error_begin(reterr)), "cannot commit a transaction");
}
