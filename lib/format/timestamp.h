/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* What Go's time.Time reads from JSON: RFC 3339, strictly ("T" and "Z", a point before the fraction, two
 * digits each, no leap second). */
bool time_is_rfc3339(const char *text, size_t n);
