/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "snapshot/snapshot.h"

/* The split of a store: which file a record goes to, and where its directory is. */

/*
 * layers.go:pickStoreLocation, newLayerStore. Volatile files lie in the runroot where the store is transient;
 * their lock does not, see locks.h. NULL where the store has no such file.
 */
const struct cstorage_record_file *placement_layer_file(const struct cstorage_snapshot *snapshot,
                                                        bool is_volatile, bool writable);

/* containers.go:containerLocation, newContainerStore */
const struct cstorage_record_file *placement_container_file(const struct cstorage_snapshot *snapshot,
                                                            bool is_volatile);

/* store.go:load: the image store is the primary one. */
const struct cstorage_record_file *placement_image_file(const struct cstorage_snapshot *snapshot);

const struct cstorage_record_file *placement_mounts_file(const struct cstorage_snapshot *snapshot);

/* The home of a layer (overlay.go:create, getHomeDirForImageStore): that of what is not written to is the
 * image store's. */
enum root placement_layer_root(const struct cstorage_store *store, bool writable);

/* A file that others write is only read. */
bool placement_is_ours(const struct cstorage_record_file *file);

/*
 * Whether a save of it must survive a power cut. mountpoints.json need not: it lies where a reboot empties
 * all, and so do mounts.
 */
bool placement_is_durable(const struct cstorage_record_file *file);
