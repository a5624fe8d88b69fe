/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plan/plan.h"

/* Find the images and containers that no repair makes usable again, because a layer of theirs is refused: set
 * plan->losses. The decisions about damage must be made. -ENOMEM. */
int losses_find(struct plan *plan, const struct facts *facts);
