/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"
#include "plan/policy.h"
#include "plan/reasons.h"

/* The verdict on each entry and each damage of the facts, with one reason. The plan is a pure function: the
 * same facts and policy give the same plan, whatever their order. It reads and changes nothing on disk. */

struct decision {
        enum reason reason;              /* determines the verdict: reason_verdict() */
        const struct fact_file *because; /* the damaged or missing record file; NULL for other reasons */
};

/* An image or a container that cannot work again: REASON_IMAGE_LOST or REASON_CONTAINER_LOST, and its index
 * in the images or the containers of the facts. */
struct loss {
        enum reason reason;
        size_t index;
};

struct plan {
        struct decision *decisions; /* one for each entry of the facts, in their order */
        size_t n;
        struct decision *damages; /* one for each damage of the facts, in their order */
        size_t n_damages;
        struct loss *losses;
        size_t n_losses, cap_losses;
        size_t n_keep; /* of the entries */
        size_t n_remove, n_repair, n_refuse;
};

#define PLAN_INIT ((struct plan){0})

void plan_done(struct plan *plan);
#define _cleanup_plan_ _cleanup_(plan_done)

/* The only error is -ENOMEM. The facts must outlive the plan. */
int plan_make(struct plan *plan, const struct facts *facts, const struct policy *policy);
