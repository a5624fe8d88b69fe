/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"
#include "plan/policy.h"
#include "plan/references.h"

/* Objects that may be in use although no record refers to them. A container may be running whose record
 * was not read, if its runroot was removed, is a different one, or is in another mount namespace. */

/* Whether a container of this boot may use the entry, because it changed after the boot. */
bool liveness_is_recent(const struct facts *facts, const struct policy *policy,
                        const struct fact_entry *entry);

/* Set MARK_RECENT on each layer that a container of this boot may use. Call it after references_make(). */
void liveness_mark_recent_layers(struct references *references, const struct facts *facts,
                                 const struct policy *policy);

/* Whether an object of this store is in use and has no record: a runroot was not read. */
bool liveness_has_unexplained_use(const struct references *references, const struct facts *facts);
