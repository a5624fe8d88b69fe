/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "collect/result.h"

/* How much would go: entries and bytes of each subject that would be removed, for a dry run. What cannot be
 * measured stays unmeasured. */
void measure(struct outcome *outcome);
