/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/error.h"
#include "facts/facts.h"
#include "liveness/runroots.h"
#include "liveness/uses.h"

/*
 * Add to the facts what is alive and uses an orphan, the records of other runroots, and whether it is proven
 * that no container of this boot is alive. Looks only if there are orphans, and must come after the
 * directories of the store were listed: a record that is read now is then there for everything that was
 * listed and has one.
 */
int liveness_scan(struct facts *facts, struct runroots *runroots, enum uses_depth depth,
                  struct error *reterr);
