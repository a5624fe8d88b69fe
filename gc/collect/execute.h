/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "collect/result.h"

/*
 * Do what a plan says, with the locks held: ask for each removal, and commit. The locks are gone when this
 * returns; what was retired lies in the trash. Negative where nothing at all was done.
 */
int execute(struct cstorage_txn *txn, const struct scan *view, struct cstorage_trash **ret,
            struct error *reterr);

/* Put what the library says of one entry, a code and its text, over the plan's verdict. */
void execute_apply_one(struct subject *subject, int code, const char *text);

/* Put the results of the commit over the plan's verdicts. */
void execute_apply(struct outcome *outcome, const struct cstorage_trash *trash);
