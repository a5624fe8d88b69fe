/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"
#include "plan/policy.h"
#include "plan/references.h"

/*
 * What may be in use although no record refers to it. A container may be alive whose record is not seen: its
 * runroot is gone, is another one, or lies in a mount namespace of its own.
 */

/* Whether a container of this boot may use the entry, since it changed after the boot. */
bool liveness_is_recent(const struct facts *facts, const struct policy *policy,
                        const struct fact_entry *entry);

/* Give MARK_RECENT to each layer that a container of this boot may use. After references_make(). */
void liveness_mark_recent_layers(struct references *references, const struct facts *facts,
                                 const struct policy *policy);

/* Whether something of this store is in use that no record explains: a runroot was not seen. */
bool liveness_has_unexplained_use(const struct references *references, const struct facts *facts);
