/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Transactions: all locks of a store, and the requests that are made while they are held. */

#include "txn/txn.h"

#include "api/arguments.h"
#include "base/array.h"

/*
 * Long enough for a podman command that holds a lock while it removes an image, short enough for a user to
 * wait.
 */
#define TIMEOUT_DEFAULT_US (30ULL * 1000 * 1000)

_public_ struct cstorage_txn *cstorage_txn_free(struct cstorage_txn *txn) {
        if (!txn)
                return NULL;

        txn_unlock(txn);
        cstorage_trash_free(txn->trash);
        changes_done(&txn->changes);
        cstorage_snapshot_unref(txn->references);
        cstorage_snapshot_unref(txn->before);
        cstorage_snapshot_unref(txn->now);
        cstorage_store_unref(txn->store);
        free(txn);
        return NULL;
}

static struct cstorage_txn *txn_new(struct cstorage_store *store) {
        _cleanup_(cstorage_txn_freep) struct cstorage_txn *txn = calloc(1, sizeof(*txn));

        if (!txn)
                return NULL;
        txn->store = cstorage_store_ref(store);
        for (size_t i = 0; i < STORE_LOCKS; i++)
                txn->locks[i] = -1;
        txn->trash = calloc(1, sizeof(*txn->trash));
        return txn->trash ? TAKE_PTR(txn) : NULL;
}

static int check(const struct cstorage_store *store, const struct cstorage_txn_options *options,
                 struct error *reterr) {
        int r;

        r = check_options(options->size, sizeof(*options), options->flags, 0, "transaction", reterr);
        if (r < 0)
                return r;
        if (options->timeout_us > UINT64_MAX / NSEC_PER_USEC / 2)
                return error_set(reterr, -EINVAL, "the timeout of the transaction is too long");
        if (options->references && options->references->store != store)
                return error_set(reterr, -EINVAL, "the known snapshot is that of another store");
        return 0;
}

static int begin(struct cstorage_store *store, const struct cstorage_txn_options *options,
                 struct cstorage_txn **ret, struct error *reterr) {
        static const struct cstorage_txn_options none = {.size = sizeof(none),
                                                         .timeout_us = TIMEOUT_DEFAULT_US};
        _cleanup_(cstorage_txn_freep) struct cstorage_txn *txn = NULL;
        int r;

        if (!store || !ret)
                return -EINVAL;
        if (!options)
                options = &none;

        r = check(store, options, reterr);
        if (r < 0)
                return r;

        txn = txn_new(store);
        if (!txn)
                return -ENOMEM;

        txn->references = cstorage_snapshot_ref(options->references);
        txn->timeout_us = options->timeout_us;
        r = txn_lock(txn, reterr);
        if (r < 0)
                return r;

        /* If a directory was replaced, other processes hold the locks of the new one. */
        r = store_check_roots(store, reterr);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(txn);
        return 0;
}

_public_ int cstorage_txn_begin(struct cstorage_store *store, const struct cstorage_txn_options *options,
                                struct cstorage_txn **ret, struct cstorage_error *reterr) {
        return error_end(reterr, begin(store, options, ret, error_begin(reterr)),
                         "cannot begin a transaction");
}

_public_ int cstorage_txn_is_current(const struct cstorage_txn *txn,
                                     const struct cstorage_snapshot *snapshot) {
        int r;

        if (!txn || !snapshot || snapshot->store != txn->store)
                return -EINVAL;

        r = txn->stale ? 1 : snapshot_is_stale(snapshot, txn->locks);
        return r < 0 ? r : !r;
}

/* ------------------------------------------------------------------------ records */

bool txn_may_be_changed(const struct cstorage_txn *txn) {
        return txn->trash && txn->unlocked_ns == 0;
}

struct cstorage_snapshot *txn_snapshot(const struct cstorage_txn *txn) {
        return txn->now ? txn->now : txn->before;
}

int txn_load(struct cstorage_txn *txn, struct error *reterr) {
        return txn->before ? 0 : snapshot_read(txn->store, txn->references, txn->locks, &txn->before, reterr);
}

static int get_snapshot(struct cstorage_txn *txn, struct cstorage_snapshot **ret, struct error *reterr) {
        int r;

        if (!txn || !ret)
                return -EINVAL;
        if (!txn_may_be_changed(txn) && !txn->committed)
                return error_set(reterr, -EINVAL, "the transaction failed");
        r = txn_check_stale(txn, reterr);
        if (r < 0)
                return r;

        /* After a commit the locks are released: only records that were read under them are valid. */
        if (!txn->before && !txn_may_be_changed(txn))
                return error_set(reterr, -EINVAL,
                                 "the transaction is over, and its records were not read before");

        r = txn_load(txn, reterr);
        if (r < 0)
                return r;

        *ret = cstorage_snapshot_ref(txn_snapshot(txn));
        return 0;
}

_public_ int cstorage_txn_get_snapshot(struct cstorage_txn *txn, struct cstorage_snapshot **ret,
                                       struct cstorage_error *reterr) {
        return error_end(reterr, get_snapshot(txn, ret, error_begin(reterr)),
                         "cannot get the records of a transaction");
}

/* ----------------------------------------------------------------------- trash */

/* Whatever the caller decided: only its id shows that such an entry belongs to a record. */
static bool may_be_trashed(const struct cstorage_entry *entry) {
        const struct entry_kind *kind = &entry_kinds[entry->kind];

        return kind->turn != TRASH_TURN_RESET && (kind->object == ENTRY_OBJECT_NONE || entry->id);
}

static int add_item(struct cstorage_txn *txn, const struct cstorage_entry *entry,
                    const struct cstorage_entry_stat *seen, void *userdata) {
        struct cstorage_trash *trash = txn->trash;
        struct cstorage_trash_item *item;
        int r;

        r = ARRAY_RESERVE(trash->items, trash->cap, trash->n + 1);
        if (r < 0)
                return r;

        cstorage_inventory_ref(entry->inventory);
        item = &trash->items[trash->n++];
        *item = TRASH_ITEM_INIT;
        item->entry = entry;
        item->seen = *seen;
        item->userdata = userdata;
        return 0;
}

static bool is_of(const struct cstorage_txn *txn, const struct cstorage_entry *entry) {
        return txn && entry && txn_may_be_changed(txn) && entry->inventory->store == txn->store;
}

_public_ int cstorage_txn_trash_entry(struct cstorage_txn *txn, const struct cstorage_entry *entry,
                                      const struct cstorage_entry_stat *seen, void *userdata) {
        return is_of(txn, entry) && seen && may_be_trashed(entry) ? add_item(txn, entry, seen, userdata)
                                                                  : -EINVAL;
}

_public_ int cstorage_txn_reset_volatile_file(struct cstorage_txn *txn, const struct cstorage_entry *entry,
                                              const struct cstorage_entry_stat *seen, void *userdata) {
        return is_of(txn, entry) && seen && entry_kinds[entry->kind].turn == TRASH_TURN_RESET
                       ? add_item(txn, entry, seen, userdata)
                       : -EINVAL;
}

_public_ uint64_t cstorage_txn_get_held_us(const struct cstorage_txn *txn) {
        uint64_t until = txn->unlocked_ns > 0 ? txn->unlocked_ns : lock_now_ns();

        return txn->locked_ns > 0 ? (until - txn->locked_ns) / NSEC_PER_USEC : 0;
}
