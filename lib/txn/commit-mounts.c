/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mounting and unmounting layers, according to the mount counts. */

#include <string.h>

#include "snapshot/change.h"
#include "snapshot/index.h"
#include "txn/commit.h"

int commit_unmount(struct commit *commit) {
        const struct changes *changes = &commit->txn->changes;

        for (size_t i = 0; i < changes->n; i++) {
                int r;

                if (changes->items[i].kind != CHANGE_UNMOUNT)
                        continue;
                r = commit->txn->store->driver->unmount(&commit->homes.homes, changes->items[i].id,
                                                        commit->reterr);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int mount_one(struct commit *commit, struct change *change, const char *const *options) {
        const struct item *item =
                snapshot_find_id_in(commit->now, CSTORAGE_RECORD_FILE_LAYERS, NULL, change->id);
        const char *parents[LOWERS_MAX + 1];
        const struct layer_mount mount = {
                .id = change->id,
                .parents = parents,
                .options = options,
                .label = change->label,
                .read_only = change->read_only,
                .is_volatile = change->is_volatile,
        };
        int r;

        r = commit_find_parents(commit, item->record, parents);
        if (r < 0)
                return r;

        r = commit->txn->store->driver->mount(&commit->homes.homes, &mount, commit->reterr);
        if (r >= 0)
                change->done = true;
        return r;
}

static int mount_with_options(struct commit *commit, struct change *change) {
        _cleanup_free_ const char **options = calloc(change->options.n + 1, sizeof(*options));

        if (!options)
                return -ENOMEM;
        for (size_t i = 0; i < change->options.n; i++)
                options[i] = change->options.s[i];
        return mount_one(commit, change, options);
}

/* A mount that the same transaction removed again has no count. */
int commit_mount(struct commit *commit) {
        struct changes *changes = &commit->txn->changes;

        for (size_t i = 0; i < changes->n; i++) {
                struct change *change = &changes->items[i];
                int r;

                if (change->kind != CHANGE_MOUNT || !snapshot_find_mount(commit->now, change->id))
                        continue;
                r = mount_with_options(commit, change);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* A layer that was mounted before the transaction stays mounted. */
void commit_undo_mounts(struct commit *commit) {
        struct changes *changes = &commit->txn->changes;

        for (size_t i = changes->n; i-- > 0;) {
                struct change *change = &changes->items[i];

                if (change->kind == CHANGE_MOUNT && change->done &&
                    !snapshot_find_mount(commit->txn->before, change->id))
                        (void) commit->txn->store->driver->unmount(&commit->homes.homes, change->id, NULL);
        }
}
