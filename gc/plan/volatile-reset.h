/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plan/policy.h"
#include "plan/references.h"

/*
 * What the facts say about healing the volatile file that this entry is: REASON_TORN_VOLATILE_FILE where it
 * may be done, as far as the entry itself allows it, else why not. The fact about the file goes to *ret; NULL
 * where there is none.
 */
enum reason volatile_reset_reason(const struct facts *facts, const struct references *references,
                                  const struct policy *policy, const struct fact_entry *entry,
                                  const struct fact_file **ret);
