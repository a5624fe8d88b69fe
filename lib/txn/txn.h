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
        struct cstorage_trash *trash;    /* NULL after the commit returned it */

        struct cstorage_snapshot *references; /* the caller's; NULL: none */
        struct cstorage_snapshot *before;     /* the records as read; NULL: not read yet */
        struct cstorage_snapshot *now;        /* the records with all edits; NULL: no edits */
        struct changes changes;
        uint64_t timeout_us;
        bool prepared;  /* all locks exist and are held */
        bool stale;     /* locks were released or taken late: the records of the caller may be outdated */
        bool committed; /* successfully */
};

DEFINE_CLEANUP(struct cstorage_txn *, cstorage_txn_free);

/* Take all locks that exist, or that Go would have made when it opened the store. */
int txn_lock(struct cstorage_txn *txn, struct error *reterr);
void txn_unlock(struct cstorage_txn *txn);

/* False after a commit, even one that failed: the locks are released. */
bool txn_may_be_changed(const struct cstorage_txn *txn);

/* Read the records, unless they are read already. */
int txn_load(struct cstorage_txn *txn, struct error *reterr);

/*
 * Called before the first edit: make the directories that a Go process makes when it opens a store, and take
 * the locks that were missing. -ESTALE if another process changed the store before these were held, and the
 * caller has read the records or requested that entries are moved to the trash; the transaction is then
 * stale.
 */
int txn_prepare(struct cstorage_txn *txn, struct error *reterr);

/* -ESTALE if the transaction is stale: it can then only be freed. */
int txn_check_stale(const struct cstorage_txn *txn, struct error *reterr);

/*
 * For a transaction without edits, which takes no lock late: -ESTALE if another process changed the store
 * under a lock that was missing at the begin.
 */
int txn_check_unheld(const struct cstorage_txn *txn, struct error *reterr);

/*
 * Whether the token of this lock marks changes of this file; and write a new token. Nothing is written if the
 * lock is not held: it does not exist.
 */
bool txn_lock_guards(const struct cstorage_store *store, size_t lock, enum cstorage_record_file_kind kind,
                     enum cstorage_location location, const struct store_root *root);
int txn_write_token(struct cstorage_txn *txn, size_t lock, struct lock_token *ret, struct error *reterr);

/* Execute cstorage_txn_reset_volatile_file(); the result is in the item (reset-volatile.c). */
void txn_reset_volatile_file(struct cstorage_txn *txn, struct cstorage_trash_item *item,
                             const struct mountinfo *mounts);

/*
 * Make the requested repairs; the results are in the trash (commit-repair.c). mounts serves to free space on
 * a full disk.
 */
void txn_make_repairs(struct cstorage_txn *txn, const struct mountinfo *mounts);

/* The records, with all edits. */
struct cstorage_snapshot *txn_snapshot(const struct cstorage_txn *txn);
