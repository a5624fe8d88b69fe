/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "collect/result.h"

/* Request the repairs of the plan and the deletion of incomplete layers. An incomplete layer that the library
 * does not delete gets the reason busy. */
int repair_request(struct cstorage_txn *txn, struct scan *view, struct error *reterr);

/* Apply the results of the requests to the subjects. */
void repair_apply(struct outcome *outcome, const struct cstorage_trash *trash);
