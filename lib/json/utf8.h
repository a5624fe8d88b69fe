/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define UTF8_LENGTH_MAX 4U

/* The length of the character at the start of n > 0 bytes: 1 to 4, or 0 if it is invalid (overlong, a
 * surrogate, above U+10FFFF, incomplete). */
size_t utf8_length(const char *bytes, size_t n);

bool utf8_valid(const char *bytes, size_t n);

/*
 * Write the character of a code point, which must not be a surrogate or above U+10FFFF. Returns its length.
 */
size_t utf8_put(char ret[static UTF8_LENGTH_MAX], unsigned code);
