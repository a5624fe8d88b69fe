/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "disk/paths.h"
#include "store/store.h"

/*
 * The locks of a store, in the only legal order (store.go, comment of struct store): layers, then
 * mountpoints, which nests in them, then images, beginning with the image store, then containers.
 *
 * layers.lock is beside layers.json even in a transient store, because another store may use the graphroot as
 * an additional image store and then looks for the lock there (layers.go:newLayerStore). containers.lock is
 * in the runroot of a transient store, therefore a store that was used in both modes has two.
 *
 * containers.lock in the runroot may appear while the other locks are held, and is then not held. That is
 * harmless: a process makes the layer of a container before the container, and locks the layers before it
 * deletes a container (store.go:CreateContainer, DeleteContainer). While layers.lock is held, no container is
 * added or removed in either mode.
 */
struct store_lock {
        enum root root;
        enum path path;
        enum cstorage_record_file_kind guards; /* the record files whose changes this lock's token marks */
        bool create; /* make the lock file if its directory exists, as Go does when it opens the store */
};

#define STORE_LOCKS 7U

extern const struct store_lock store_locks[STORE_LOCKS];
