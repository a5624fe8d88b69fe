/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* What Go's time.Time reads from JSON: RFC 3339 with "T" and "Z" and without leap seconds, but also with an
 * hour of one digit, a comma before the fraction and an offset of 24 hours or 60 minutes. */
bool time_is_rfc3339(const char *text, size_t n);
