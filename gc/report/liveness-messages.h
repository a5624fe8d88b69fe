/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scan/scan.h"

/* Messages about what is kept because it may be in use, or is. */

/* How many orphans changed since the boot, and what removes them; recent: whether that was asked for. */
void liveness_print_recent(const struct scan *view, bool recent);

/* What is in use although no record explains it, and by what; only if something is refused for that. */
void liveness_print_unexplained(const struct scan *view);
