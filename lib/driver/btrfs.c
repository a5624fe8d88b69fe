/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The btrfs driver's home (drivers/btrfs/btrfs.go): every layer is a subvolume, made as a snapshot of its
 * parent, and lies on nothing. What is in such a store is read and deleted here; layers are made and mounted
 * by the Go side alone.
 *
 * It deletes at once, with the locks held, and has no temp dirs. We have some all the same. To remove a
 * subvolume takes one call that returns at once, but only where there is no other one in it: to look for
 * these takes as long as the layer is large, and so does deleting a layer that is but a directory. To rename
 * takes as long as ever. The directory that temp dirs lie in is one that the Go side never lists, not even as
 * a layer; so it is the next collection that finishes what was cut off.
 */

#include "base/cleanup.h"
#include "driver/layer-dir.h"

#define LAYERS_DIR "subvolumes"

/* Nothing else lies there. */
static bool btrfs_is_own_name(const char *name) {
        (void) name;
        return false;
}

static int btrfs_open_content(const struct homes *homes, const char *id, struct error *reterr) {
        size_t index;

        return driver_open_layer(LAYERS_DIR, homes, id, &index, reterr);
}

/* There is never anything mounted (btrfs.go:Put). */
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
