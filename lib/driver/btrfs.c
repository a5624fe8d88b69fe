/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The home of the btrfs driver (drivers/btrfs/btrfs.go): each layer is a subvolume without lowers, created as
 * a snapshot of its parent. This library reads such a store and deletes from it; only the Go library creates
 * and mounts its layers.
 *
 * The Go driver deletes a layer at once, with the locks held, and has no temp dirs; this library uses temp
 * dirs nevertheless. Removing a subvolume is one fast call, but only if it contains no other one: the search
 * for these, like deleting a layer that is a plain directory, takes time in proportion to the size of the
 * layer, while a rename is always fast. The Go library never lists the root of the temp dirs, not even as a
 * layer, so the next collection finishes an interrupted deletion.
 */

#include "base/cleanup.h"
#include "driver/layer-dir.h"

#define LAYERS_DIR "subvolumes"

/* LAYERS_DIR contains only layers. */
static bool btrfs_is_own_name(const char *name) {
        (void) name;
        return false;
}

static int btrfs_open_content(const struct homes *homes, const char *id, struct error *reterr) {
        size_t index;

        return driver_open_layer(LAYERS_DIR, homes, id, &index, reterr);
}

/* The driver never mounts anything (btrfs.go:Put). */
static int btrfs_unmount(const struct homes *homes, const char *id, struct error *reterr) {
        (void) homes;
        (void) id;
        (void) reterr;
        return 0;
}

const struct driver driver_btrfs = {
        .name = "btrfs",
        .layers_dir = LAYERS_DIR,
        .quotas_dir = "quotas",
        .temp_root = "tempdirs",
        .is_own_name = btrfs_is_own_name,
        .open_content = btrfs_open_content,
        .unmount = btrfs_unmount,
};
