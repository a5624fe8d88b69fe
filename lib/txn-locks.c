/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Taking the locks of a transaction, and letting go of them. */

#include "disk/lock.h"
#include "objectdir.h"
#include "txn.h"

/* A lock whose directory is not there guards nothing. */
static int take(struct cstorage_txn *txn, size_t i, bool create, uint64_t deadline_ns, struct error *reterr) {
        const struct store_root *root = &txn->store->roots[store_locks[i].root];
        char name[PATH_LENGTH_MAX];
        int fd;

        if (root->fd < 0)
                return 0;

        path_of(store_locks[i].path, txn->store->driver->name, name);
        fd = lock_take(root->fd, name, create, deadline_ns);
        if (fd == -ENOENT)
                return 0;
        if (fd < 0)
                return lock_error(reterr, fd, root->fd, name);

        txn->locks[i] = fd;
        return 0;
}

int txn_lock(struct cstorage_txn *txn, struct error *reterr) {
        uint64_t deadline_ns = txn->timeout_us > 0 ? lock_now_ns() + txn->timeout_us * NSEC_PER_USEC : 0;
        int r;

        for (size_t i = 0; i < STORE_LOCKS; i++) {
                r = take(txn, i, store_locks[i].create, deadline_ns, reterr);
                if (r < 0)
                        return r;
                if (i == 0)
                        txn->locked_ns = lock_now_ns();
        }
        return 0;
}

/* That of the runroot's containers is no file that a Go process of the other mode would make. */
static bool may_make(const struct cstorage_store *store, size_t i) {
        return store_locks[i].create || store_locks[i].guards != CSTORAGE_FILE_CONTAINERS || store->transient;
}

int txn_prepare(struct cstorage_txn *txn, struct error *reterr) {
        uint64_t deadline_ns = lock_now_ns() + txn->timeout_us * NSEC_PER_USEC;
        int r;

        if (txn->prepared)
                return 0;

        r = objectdir_make_all(txn->store, reterr);
        if (r < 0)
                return r;

        for (size_t i = 0; i < STORE_LOCKS; i++) {
                if (txn->locks[i] >= 0)
                        continue;
                r = take(txn, i, may_make(txn->store, i), deadline_ns, reterr);
                if (r < 0)
                        return r;
        }
        txn->prepared = true;
        return 0;
}

void txn_unlock(struct cstorage_txn *txn) {
        for (size_t i = STORE_LOCKS; i-- > 0;)
                txn->locks[i] = close_fd(txn->locks[i]);
        if (txn->locked_ns > 0 && txn->unlocked_ns == 0)
                txn->unlocked_ns = lock_now_ns();
}
