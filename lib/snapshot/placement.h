/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "snapshot/snapshot.h"

/* Which file a record belongs in, and which root its directory is in. */

/*
 * layers.go:pickStoreLocation, newLayerStore. The volatile file is in the runroot if the store is transient;
 * its lock is not, see store/locks.h. NULL if the store has no such file.
 */
const struct cstorage_record_file *placement_layer_file(const struct cstorage_snapshot *snapshot,
                                                        bool is_volatile, bool writable);

/* containers.go:containerLocation, newContainerStore */
const struct cstorage_record_file *placement_container_file(const struct cstorage_snapshot *snapshot,
                                                            bool is_volatile);

/* store.go:load: images go to the image store if there is one. */
const struct cstorage_record_file *placement_image_file(const struct cstorage_snapshot *snapshot);

const struct cstorage_record_file *placement_mounts_file(const struct cstorage_snapshot *snapshot);

/*
 * The root of a layer directory (overlay.go:create, getHomeDirForImageStore): the image store, if there is
 * one, for a layer that is not written to.
 */
enum root placement_layer_root(const struct cstorage_store *store, bool writable);

/* False for a file of an additional image store, which is read-only. */
bool placement_is_ours(const struct cstorage_record_file *file);

/*
 * Whether a save of the file must survive a power failure. mountpoints.json need not: like the mounts, it is
 * gone after a reboot.
 */
bool placement_is_durable(const struct cstorage_record_file *file);
