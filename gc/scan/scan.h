/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <cstorage.h>

#include "facts/facts.h"
#include "liveness/runroots.h"
#include "liveness/uses.h"
#include "plan/plan.h"

/*
 * One look at a store: the facts, and what they borrow from. Looking takes no lock and leaves no trace; under
 * the locks of a txn it is done in the same way again.
 */
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

/* Only where the store lies. */
void scan_store(struct facts *facts, const struct cstorage_store *store);

/* Look, and fill in all but the plan. The view must be empty; a store that can be looked at only in part is
 * no error but a fact. */
int scan_read(struct scan *view, struct cstorage_store *store, enum uses_depth depth, struct error *reterr);

/* The same, and decide what becomes of each entry. */
int scan_make(struct scan *view, struct cstorage_store *store, const struct policy *policy,
              struct error *reterr);
