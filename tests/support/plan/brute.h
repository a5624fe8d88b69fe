/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"
#include "plan/policy.h"

/*
 * What may be removed, a second time: word by word after the rules as people read them, comparing strings and
 * looking at everything for every question. Shares nothing with the plan.
 */

/* may_go and may_heal have room for as many as the facts have entries. */
void brute_plan(const struct facts *facts, const struct policy *policy, bool *may_go, bool *may_heal);
