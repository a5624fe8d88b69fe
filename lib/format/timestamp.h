/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The form that Go's time.Time accepts in JSON: RFC 3339 with "T" and "Z" and without leap seconds, but also
 * with a one-digit hour, a comma before the fraction, and an offset of 24 hours or 60 minutes. */
bool time_is_rfc3339(const char *text, size_t n);

#define TIME_ZERO     "0001-01-01T00:00:00Z" /* Go writes this for a zero time */
#define TIME_TEXT_MAX sizeof("2006-01-02T15:04:05.999999999Z")

/* Format a time in nanoseconds since the epoch as Go does in UTC (time.RFC3339Nano): without zeros at the end
 * of the fraction. Returns ret. */
const char *time_format(int64_t ns, char ret[static TIME_TEXT_MAX]);
