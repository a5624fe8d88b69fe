/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Taking and releasing the locks of a transaction, and their tokens. */

#include "disk/lock.h"
#include "snapshot/object-dirs.h"
#include "txn/txn.h"

/* If the directory of a lock does not exist, there is nothing to protect. */
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

static int take_all(struct cstorage_txn *txn,
                    bool (*may_make)(const struct cstorage_store *store, size_t lock), struct error *reterr) {
        uint64_t deadline_ns = txn->timeout_us > 0 ? lock_now_ns() + txn->timeout_us * NSEC_PER_USEC : 0;

        for (size_t i = 0; i < STORE_LOCKS; i++) {
                int r = take(txn, i, may_make(txn->store, i), deadline_ns, reterr);

                if (r < 0)
                        return r;
                if (txn->locked_ns == 0)
                        txn->locked_ns = lock_now_ns();
        }
        return 0;
}

static bool may_make_at_begin(const struct cstorage_store *store, size_t i) {
        (void) store;
        return store_locks[i].create;
}

int txn_lock(struct cstorage_txn *txn, struct error *reterr) {
        return take_all(txn, may_make_at_begin, reterr);
}

/* At the commit. A Go process creates containers.lock in the runroot only if the store is transient. */
static bool may_make(const struct cstorage_store *store, size_t i) {
        return store_locks[i].create || store_locks[i].guards != CSTORAGE_RECORD_FILE_CONTAINERS ||
               store->transient;
}

/*
 * Whether the commit needs a lock that is not held: its root is configured, and the library may create the
 * lock file. The commit does not need the other one, see struct store_lock.
 */
static bool is_missing(const struct cstorage_txn *txn, size_t i) {
        return txn->locks[i] < 0 && may_make(txn->store, i) && txn->store->roots[store_locks[i].root].path;
}

static bool has_all_locks(const struct cstorage_txn *txn) {
        for (size_t i = 0; i < STORE_LOCKS; i++)
                if (is_missing(txn, i))
                        return false;
        return true;
}

static void close_locks(struct cstorage_txn *txn) {
        for (size_t i = STORE_LOCKS; i-- > 0;)
                txn->locks[i] = close_fd(txn->locks[i]);
}

/* ------------------------------------------------------------ locks that did not exist at the beginning */

static int fail_stale(struct error *reterr) {
        return error_set(
                reterr, -ESTALE,
                "another process changed the store before the transaction held all locks; begin again");
}

/* The tokens at the beginning of the transaction. A lock file that did not exist had no token. */
static int read_first_tokens(const struct cstorage_txn *txn, struct lock_token ret[static STORE_LOCKS]) {
        int r = 0;

        for (size_t i = 0; i < STORE_LOCKS && r >= 0; i++) {
                ret[i] = (struct lock_token){0};
                if (txn->locks[i] >= 0)
                        r = lock_read_token(txn->locks[i], &ret[i]);
        }
        return r;
}

static int check_tokens(const struct cstorage_txn *txn, const struct lock_token first[static STORE_LOCKS],
                        struct error *reterr) {
        struct lock_token now[STORE_LOCKS];
        int r;

        r = snapshot_read_tokens(txn->store, txn->locks, now);
        if (r < 0)
                return r;

        for (size_t i = 0; i < STORE_LOCKS; i++)
                if (!lock_token_equal(&first[i], &now[i]))
                        return fail_stale(reterr);
        return 0;
}

/*
 * Whether the caller used the records before this process held all locks, for a snapshot or a removal. If a
 * transaction contains only edits, the commit checks them against records that it reads under all locks.
 */
static bool depends_on_records(const struct cstorage_txn *txn) {
        return txn->before || txn->trash->n > 0;
}

/*
 * A lock file that did not exist at the beginning may be the first in the order of locks. If this process
 * kept its locks and waited for that lock, and a Go process held that lock and waited for one of this
 * process, both would wait for ever. So release all locks first.
 */
static int lock_again(struct cstorage_txn *txn, struct error *reterr) {
        struct lock_token first[STORE_LOCKS];
        int r;

        r = read_first_tokens(txn, first);
        if (r < 0)
                return error_errno(reterr, r, "cannot read the locks of the records");

        txn->stale = true; /* until all locks are held, and the tokens are unchanged */
        close_locks(txn);
        r = take_all(txn, may_make, reterr);
        if (r >= 0 && depends_on_records(txn))
                r = check_tokens(txn, first, reterr);
        if (r < 0)
                return r;
        txn->stale = false;
        return 0;
}

int txn_check_stale(const struct cstorage_txn *txn, struct error *reterr) {
        return txn->stale ? fail_stale(reterr) : 0;
}

int txn_prepare(struct cstorage_txn *txn, struct error *reterr) {
        int r;

        if (txn->prepared)
                return 0;

        r = txn_check_stale(txn, reterr);
        if (r < 0)
                return r;

        if (!has_all_locks(txn)) {
                r = store_check_roots(txn->store, reterr);
                if (r < 0)
                        return r;
                r = object_dirs_make_all(txn->store, reterr);
                if (r < 0)
                        return r;
                r = lock_again(txn, reterr);
                if (r < 0)
                        return r;
        }
        txn->prepared = true;
        return 0;
}

/* Whether this process holds all locks with .create. Then no Go process changes a record (see store_locks).
 */
static bool holds_store(const struct cstorage_txn *txn) {
        for (size_t i = 0; i < STORE_LOCKS; i++)
                if (store_locks[i].create && txn->locks[i] < 0 && txn->store->roots[store_locks[i].root].path)
                        return false;
        return true;
}

int txn_check_unheld(const struct cstorage_txn *txn, struct error *reterr) {
        struct lock_token first[STORE_LOCKS];
        int r;

        if (holds_store(txn))
                return 0;

        r = store_check_roots(txn->store, reterr);
        if (r < 0)
                return r;
        r = read_first_tokens(txn, first);
        if (r < 0)
                return error_errno(reterr, r, "cannot read the locks of the records");
        return check_tokens(txn, first, reterr);
}

/*
 * Whether a change of this record file must write a new token into this lock:
 *
 *   - layers: into the layer locks of the graphroot and the image store, because each release of Go compares
 *     another one (lockfile.go:multipleLockFile);
 *   - images and volatile containers: only into the lock in the directory of the file;
 *   - stable containers: into both container locks. Go takes only the lock of its mode, and compares only
 *     the token of that lock (containers.go:newContainerStore).
 */
bool txn_lock_guards(const struct cstorage_store *store, size_t lock, enum cstorage_record_file_kind kind,
                     enum cstorage_location location, const struct store_root *root) {
        bool beside = &store->roots[store_locks[lock].root] == root;

        if (store_locks[lock].guards != kind)
                return false;
        if (kind == CSTORAGE_RECORD_FILE_CONTAINERS)
                return beside || location == CSTORAGE_LOCATION_STABLE;
        return beside || kind != CSTORAGE_RECORD_FILE_IMAGES;
}

int txn_write_token(struct cstorage_txn *txn, size_t lock, struct lock_token *ret, struct error *reterr) {
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
        close_locks(txn);
        if (txn->locked_ns > 0 && txn->unlocked_ns == 0)
                txn->unlocked_ns = lock_now_ns();
}
