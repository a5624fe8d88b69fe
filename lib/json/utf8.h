/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The length of the character that n > 0 bytes begin with: 1 to 4, or 0 where they begin with none (overlong,
 * a surrogate, over U+10FFFF, cut short). */
size_t utf8_length(const char *bytes, size_t n);

bool utf8_valid(const char *bytes, size_t n);

/* Write the character of a code point that is no surrogate and not over U+10FFFF; returns its length. */
size_t utf8_put(char ret[static 4], unsigned code);
