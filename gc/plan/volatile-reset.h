/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plan/policy.h"
#include "plan/references.h"

/*
 * Decide whether this entry, a volatile file, may be reset: return REASON_TORN_VOLATILE_FILE if so, else the
 * reason why not. The caller checks the type and state of the entry. Set *ret to the fact about the file, or
 * to NULL if there is none.
 */
enum reason volatile_reset_reason(const struct facts *facts, const struct references *references,
                                  const struct policy *policy, const struct fact_entry *entry,
                                  const struct fact_file **ret);
