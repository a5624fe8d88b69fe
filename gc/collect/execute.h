/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "collect/result.h"

/* Execute the plan with the locks held: request each removal, and commit. On return the locks are
 * released, and the removed objects are in the trash. On a negative return nothing was changed. */
int execute(struct cstorage_txn *txn, struct scan *view, struct cstorage_trash **ret, struct error *reterr);

/* Replace the plan's verdicts by the results of the commit. */
void execute_apply(struct outcome *outcome, const struct cstorage_trash *trash);
