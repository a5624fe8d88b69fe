/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <cstorage.h>

#include "facts/facts.h"
#include "liveness/runroots.h"
#include "liveness/uses.h"
#include "plan/plan.h"
#include "scan/damage.h"

/* One scan of a store: the facts, and the objects that they borrow strings from. A scan takes no locks and
 * changes nothing. It can be repeated under the locks of a transaction. */
struct scan {
        struct cstorage_inventory *inventory;
        struct cstorage_snapshot *snapshot;
        struct facts facts;
        struct runroots runroots;
        struct plan plan;
};

#define SCAN_INIT ((struct scan){0})

void scan_done(struct scan *view);
#define _cleanup_scan_ _cleanup_(scan_done)

/* Fill in the paths and the driver of the store only. */
void scan_store(struct facts *facts, const struct cstorage_store *store);

/* How much of the system and the store is examined. */
struct scan_depth {
        enum uses_depth uses;
        bool damage;              /* examine all recorded layers */
        unsigned content_percent; /* and verify the content of so many of them */
};

/* Scan the store and fill in everything but the plan. The scan must be empty. If parts of a store cannot
 * be read, that is a fact and no error. */
int scan_read(struct scan *view, struct cstorage_store *store, struct scan_depth depth, struct error *reterr);

/* Scan the store and make the plan. */
int scan_make(struct scan *view, struct cstorage_store *store, const struct policy *policy,
              struct scan_depth depth, struct error *reterr);
