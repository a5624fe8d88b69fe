/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plan/policy.h"
#include "plan/references.h"

/* The decision about damaged parts of objects that have a record: repair, remove an incomplete layer, or
 * refuse. */

struct damage_rules {
        const struct facts *facts;
        const struct references *references;
        const struct policy *policy;
        struct idset needed; /* the layers that a complete layer, an image or a container needs */
        struct idset lost;   /* the layers whose content is lost, so that no repair helps */
};

#define DAMAGE_RULES_INIT ((struct damage_rules){0})

void damage_rules_done(struct damage_rules *rules);
#define _cleanup_damage_rules_ _cleanup_(damage_rules_done)

/* The facts, the references and the policy must outlive the rules. -ENOMEM. */
int damage_rules_make(struct damage_rules *rules, const struct facts *facts,
                      const struct references *references, const struct policy *policy);

enum reason damage_reason(const struct damage_rules *rules, const struct fact_damage *damage);
