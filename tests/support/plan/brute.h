/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"
#include "plan/policy.h"

/*
 * A second planner: it follows the rules of gc/README.md one by one, compares strings, and reads all facts
 * for each question. It shares no code with the plan.
 */

/* may_go and may_repair have an element for each entry of the facts. */
void brute_plan(const struct facts *facts, const struct policy *policy, bool *may_go, bool *may_heal);
