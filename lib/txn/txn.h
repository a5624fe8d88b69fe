/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "snapshot/snapshot.h"
#include "trash/trash.h"
#include "txn/changes.h"

#define NSEC_PER_USEC 1000ULL

struct cstorage_txn {
        struct cstorage_store *store;
        int locks[STORE_LOCKS];
        uint64_t locked_ns, unlocked_ns; /* 0: not yet */
        struct cstorage_trash *trash;    /* NULL once it was handed over */

        struct cstorage_snapshot *references; /* the caller's; NULL: none */
        struct cstorage_snapshot *before;     /* as it was read; NULL: nobody asked yet */
        struct cstorage_snapshot *now;        /* with all edits so far; NULL: there were none */
        struct changes changes;
        uint64_t timeout_us;
        bool prepared;  /* all locks are there and held */
        bool stale;     /* locks were released, or taken late: what the caller read may have changed */
        bool committed; /* and it went well */
};

DEFINE_CLEANUP(struct cstorage_txn *, cstorage_txn_free);

/* All locks whose files are there, or that the Go side would have made when it opened the store. */
int txn_lock(struct cstorage_txn *txn, struct error *reterr);
void txn_unlock(struct cstorage_txn *txn);

/* Not after a commit, even one that failed: the locks are gone. */
bool txn_may_be_changed(const struct cstorage_txn *txn);

/* Have the records read. */
int txn_load(struct cstorage_txn *txn, struct error *reterr);

/*
 * Before the first edit: make the directories that a Go process makes when it opens a store, and take the
 * locks whose files were missing. -ESTALE if another process changed the store before these were held and
 * the caller has read the records, or decided what goes; then the transaction is stale.
 */
int txn_prepare(struct cstorage_txn *txn, struct error *reterr);

/* -ESTALE if the transaction is stale: then it can only be freed. */
int txn_check_stale(const struct cstorage_txn *txn, struct error *reterr);

/* Without edits no lock is taken late: -ESTALE if another process changed the store under one that was
 * missing at the begin. */
int txn_check_unheld(const struct cstorage_txn *txn, struct error *reterr);

/*
 * Whether a change of this file is told by that lock's token; write one that no process has written before.
 * Nothing is done where the lock is not held, since it is not there.
 */
bool txn_lock_guards(const struct cstorage_store *store, size_t lock, enum cstorage_record_file_kind kind,
                     enum cstorage_location location, const struct store_root *root);
int txn_write_token(struct cstorage_txn *txn, size_t lock, struct lock_token *ret, struct error *reterr);

/* What was asked for with cstorage_txn_reset_volatile_file(); its result is in the item (heal.c). */
void txn_reset_volatile_file(struct cstorage_txn *txn, struct cstorage_trash_item *item,
                             const struct mountinfo *mounts);

/* With the edits where there are any. */
struct cstorage_snapshot *txn_snapshot(const struct cstorage_txn *txn);
