/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Taking the locks of a transaction, their tokens, and letting go of them. */

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

/* In each of the directories of objects lies a lock; where that is none of ours to make, the directory is
 * made with the first that goes into it. */
static bool is_missing(const struct cstorage_txn *txn, size_t i) {
        return txn->locks[i] < 0 && may_make(txn->store, i) && txn->store->roots[store_locks[i].root].path;
}

static bool has_all_locks(const struct cstorage_txn *txn) {
        for (size_t i = 0; i < STORE_LOCKS; i++)
                if (is_missing(txn, i))
                        return false;
        return true;
}

int txn_prepare(struct cstorage_txn *txn, struct error *reterr) {
        uint64_t deadline_ns = lock_now_ns() + txn->timeout_us * NSEC_PER_USEC;
        int r;

        if (txn->prepared)
                return 0;

        if (!has_all_locks(txn)) {
                r = objectdir_make_all(txn->store, reterr);
                if (r < 0)
                        return r;
        }

        for (size_t i = 0; i < STORE_LOCKS; i++) {
                if (!is_missing(txn, i))
                        continue;
                r = take(txn, i, true, deadline_ns, reterr);
                if (r < 0)
                        return r;
        }
        txn->prepared = true;
        return 0;
}

/*
 * Of layers Go compares one token or the other, by its release, and so all are written (lockfile.go:
 * multipleLockFile). Images have a lock beside each file. So have volatile containers, in the graphroot and
 * in the runroot, while the stable ones are read with both (containers.go:newContainerStore): who makes a
 * transient container writes nothing beside those.
 */
bool txn_lock_guards(const struct cstorage_store *store, size_t lock, enum cstorage_file_kind kind,
                     enum cstorage_location location, const struct store_root *root) {
        bool beside = &store->roots[store_locks[lock].root] == root;

        if (store_locks[lock].guards != kind)
                return false;
        if (kind == CSTORAGE_FILE_CONTAINERS)
                return beside || location == CSTORAGE_LOCATION_STABLE;
        return beside || kind != CSTORAGE_FILE_IMAGES;
}

int txn_write_token(struct cstorage_txn *txn, size_t lock, struct last_write *ret, struct error *reterr) {
        int r;

        if (txn->locks[lock] < 0)
                return 0;

        r = lock_make_token(ret);
        if (r >= 0)
                r = lock_write_token(txn->locks[lock], ret);
        if (r < 0)
                return error_errno(reterr, r, "cannot write to the lock of the records");
        return 0;
}

void txn_unlock(struct cstorage_txn *txn) {
        for (size_t i = STORE_LOCKS; i-- > 0;)
                txn->locks[i] = close_fd(txn->locks[i]);
        if (txn->locked_ns > 0 && txn->unlocked_ns == 0)
                txn->unlocked_ns = lock_now_ns();
}
