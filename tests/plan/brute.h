/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts.h"

/*
 * What may be removed, a second time: word by word after the rules as people read them, comparing strings and
 * looking at everything for every question. Shares nothing with the plan.
 */

/* may_go has room for as many as the facts have entries. */
void brute_plan(const struct facts *facts, int64_t temp_young_ns, bool *may_go);
