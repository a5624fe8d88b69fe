/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/error.h"
#include "facts/facts.h"
#include "liveness/runroots.h"
#include "liveness/uses.h"

/*
 * Add to the facts: the orphans that are in use, the records in other runroots, and whether it is proven that
 * no container of this boot is running. Processes and mounts are examined only if there are orphans. Call it
 * after the directories of the store were listed: the records that it reads then include those of every
 * listed directory.
 */
int liveness_scan(struct facts *facts, struct runroots *runroots, enum uses_depth depth,
                  struct error *reterr);
