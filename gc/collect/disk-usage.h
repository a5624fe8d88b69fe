/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "collect/result.h"

/* For a dry run: the number of files and bytes of each subject that would be removed. A subject that
 * cannot be measured stays unmeasured. */
void measure(struct outcome *outcome);
