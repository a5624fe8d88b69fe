/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All locks of a store, and what is done while they are held. */

#include "base/array.h"
#include "disk/lock.h"
#include "locks.h"
#include "snapshot.h"
#include "trash.h"

/* Long enough for a podman command that holds a lock while it removes an image, short enough for a person to
 * wait. */
#define TIMEOUT_DEFAULT_US (30ULL * 1000 * 1000)

#define NSEC_PER_USEC 1000ULL

struct cstorage_txn {
        struct cstorage_store *store;
        int locks[STORE_LOCKS];
        uint64_t locked_ns, unlocked_ns; /* 0: not yet */
        struct cstorage_trash *trash;    /* NULL once it was handed over */
};

DEFINE_CLEANUP(struct cstorage_txn *, cstorage_txn_free);

static void unlock(struct cstorage_txn *txn) {
        for (size_t i = STORE_LOCKS; i-- > 0;)
                txn->locks[i] = close_fd(txn->locks[i]);
        if (txn->locked_ns > 0 && txn->unlocked_ns == 0)
                txn->unlocked_ns = lock_now_ns();
}

_public_ struct cstorage_txn *cstorage_txn_free(struct cstorage_txn *txn) {
        if (!txn)
                return NULL;

        unlock(txn);
        cstorage_trash_free(txn->trash);
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

/* A lock whose directory is not there guards nothing. */
static int take(struct cstorage_txn *txn, size_t i, uint64_t deadline_ns, struct error *reterr) {
        const struct store_root *root = &txn->store->roots[store_locks[i].root];
        char name[PATH_LENGTH_MAX];
        int fd;

        if (root->fd < 0)
                return 0;

        path_of(store_locks[i].path, txn->store->driver->name, name);
        fd = lock_take(root->fd, name, store_locks[i].create, deadline_ns);
        if (fd == -ENOENT)
                return 0;
        if (fd < 0)
                return lock_error(reterr, fd, root->fd, name);

        txn->locks[i] = fd;
        return 0;
}

static int take_all(struct cstorage_txn *txn, uint64_t timeout_us, struct error *reterr) {
        uint64_t deadline_ns = timeout_us > 0 ? lock_now_ns() + timeout_us * NSEC_PER_USEC : 0;
        int r;

        for (size_t i = 0; i < STORE_LOCKS; i++) {
                r = take(txn, i, deadline_ns, reterr);
                if (r < 0)
                        return r;
                if (i == 0)
                        txn->locked_ns = lock_now_ns();
        }
        return 0;
}

static int check_options(const struct cstorage_txn_options *options, uint64_t *ret_timeout_us,
                         struct error *reterr) {
        *ret_timeout_us = TIMEOUT_DEFAULT_US;
        if (!options)
                return 0;
        if (options->size != sizeof(*options))
                return error_set(reterr, -EINVAL,
                                 "the options of the transaction are of another size than known here");
        if (options->flags != 0)
                return error_set(reterr, -EINVAL, "a flag of the transaction is not known here");
        if (options->timeout_us > UINT64_MAX / NSEC_PER_USEC / 2)
                return error_set(reterr, -EINVAL, "the timeout of the transaction is too long");

        *ret_timeout_us = options->timeout_us;
        return 0;
}

static int begin(struct cstorage_store *store, const struct cstorage_txn_options *options,
                 struct cstorage_txn **ret, struct error *reterr) {
        _cleanup_(cstorage_txn_freep) struct cstorage_txn *txn = NULL;
        uint64_t timeout_us;
        int r;

        if (!store || !ret)
                return -EINVAL;

        r = check_options(options, &timeout_us, reterr);
        if (r < 0)
                return r;

        txn = txn_new(store);
        if (!txn)
                return -ENOMEM;

        r = take_all(txn, timeout_us, reterr);
        if (r < 0)
                return r;

        /* Else we hold the locks of one directory, and others those of the one that stands there now. */
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

        r = snapshot_is_stale(snapshot);
        return r < 0 ? r : !r;
}

/* Not after a commit, even one that failed: the locks are gone. */
static bool may_be_changed(const struct cstorage_txn *txn) {
        return txn->trash && txn->unlocked_ns == 0;
}

/* Whatever the caller made of it: what belongs to somebody is told from other directories by its id alone. */
static bool may_be_retired(const struct cstorage_entry *entry) {
        switch (entry->kind) {
        case CSTORAGE_ENTRY_LAYER_DIR:
        case CSTORAGE_ENTRY_CONTAINER_DIR:
        case CSTORAGE_ENTRY_IMAGE_DIR:
        case CSTORAGE_ENTRY_TAR_SPLIT:
        case CSTORAGE_ENTRY_LAYER_DATA:
        case CSTORAGE_ENTRY_LINK:
                return entry->id;
        case CSTORAGE_ENTRY_TEMP_DIR:
        case CSTORAGE_ENTRY_STAGING:
        case CSTORAGE_ENTRY_SAVE_LEFTOVER:
                break;
        }
        return true;
}

_public_ int cstorage_txn_retire(struct cstorage_txn *txn, const struct cstorage_entry *entry,
                                 const struct cstorage_identity *seen) {
        struct cstorage_trash *trash;
        int r;

        if (!txn || !entry || !seen || !may_be_changed(txn) || entry->inventory->store != txn->store ||
            !may_be_retired(entry))
                return -EINVAL;

        trash = txn->trash;
        r = ARRAY_RESERVE(trash->items, trash->cap, trash->n + 1);
        if (r < 0)
                return r;

        cstorage_inventory_ref(entry->inventory);
        trash->items[trash->n++] = (struct cstorage_trash_item){.entry = entry, .seen = *seen, .lock_fd = -1};
        return 0;
}

/*
 * Short names before the layers they lead to, and what hangs on a layer after it: killed in between, the rest
 * has still no record, and the next run takes it.
 */
static const enum cstorage_entry_kind retire_order[] = {
        CSTORAGE_ENTRY_SAVE_LEFTOVER, CSTORAGE_ENTRY_LINK,      CSTORAGE_ENTRY_LAYER_DIR,
        CSTORAGE_ENTRY_LAYER_DATA,    CSTORAGE_ENTRY_TAR_SPLIT, CSTORAGE_ENTRY_CONTAINER_DIR,
        CSTORAGE_ENTRY_IMAGE_DIR,     CSTORAGE_ENTRY_STAGING,   CSTORAGE_ENTRY_TEMP_DIR,
};

_Static_assert(ARRAY_SIZE(retire_order) == ENTRY_KINDS, "each kind has its turn");

static void retire_all(struct cstorage_trash *trash, const struct mountinfo *mounts) {
        for (size_t k = 0; k < ARRAY_SIZE(retire_order); k++)
                for (size_t i = 0; i < trash->n; i++)
                        if (trash->items[i].entry->kind == retire_order[k])
                                trash_retire(trash, &trash->items[i], mounts);
}

static int commit(struct cstorage_txn *txn, struct cstorage_trash **ret, struct error *reterr) {
        _cleanup_(mountinfo_freep) struct mountinfo *mounts = NULL;
        int r;

        if (!txn || !ret || !may_be_changed(txn))
                return -EINVAL;

        /* What was mounted when the entries were looked at is not what counts. */
        r = mountinfo_read(NULL, &mounts, reterr);
        if (r >= 0)
                retire_all(txn->trash, mounts);
        unlock(txn);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(txn->trash);
        return 0;
}

_public_ int cstorage_txn_commit(struct cstorage_txn *txn, struct cstorage_trash **ret,
                                 struct cstorage_error *reterr) {
        return error_end(reterr, commit(txn, ret, error_begin(reterr)), "cannot commit a transaction");
}

_public_ uint64_t cstorage_txn_get_held_us(const struct cstorage_txn *txn) {
        uint64_t until = txn->unlocked_ns > 0 ? txn->unlocked_ns : lock_now_ns();

        return txn->locked_ns > 0 ? (until - txn->locked_ns) / NSEC_PER_USEC : 0;
}
