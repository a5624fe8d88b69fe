/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "disk/paths.h"
#include "store/store.h"

/*
 * The locks of a store, in the one order in which they may be taken (store.go, comment of struct store):
 * layers, then mountpoints, which nests in them, then images, where the image store is the primary one, then
 * containers.
 *
 * layers.lock stays beside layers.json even in a transient store, because others may use the graphroot as an
 * additional image store and look for the lock there (layers.go:newLayerStore); containers.lock moves to the
 * runroot, so that a store that was used in both modes has two of them.
 *
 * The one in the runroot may appear while the others are held, and is then not held. Nothing is lost by that:
 * who makes a container makes its layer first, and who deletes one locks the layers first (store.go:
 * CreateContainer, DeleteContainer), so that no container comes or goes in either mode while layers.lock is
 * held.
 */
struct store_lock {
        enum root root;
        enum path path;
        enum cstorage_record_file_kind guards; /* in which file a change is told by this lock's token */
        bool create; /* where its directory is there: the Go side would have made it so when it opened the
                        store */
};

#define STORE_LOCKS 7U

extern const struct store_lock store_locks[STORE_LOCKS];
