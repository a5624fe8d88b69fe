/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scan/scan.h"

/* Messages about entries that are kept because they are, or may be, in use. */

/* Print how many orphans changed since the boot, and how to remove them. recent: whether --recent was
 * given. */
void liveness_print_recent(const struct scan *view, bool recent);

/* Print the uses of entries without a record, if other entries are refused because of them. */
void liveness_print_unexplained(const struct scan *view);
