/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

#include "base/text.h"
#include "format/record.h"

/*
 * JSON in the form that the Go library writes (json-iterator): no space between tokens, and the same choice
 * of escapes. Each function appends a value to the text and returns 0 or -ENOMEM. On failure, a part of the
 * value may stay.
 */

/* A byte that is not UTF-8 becomes U+FFFD. */
int encode_string(struct text *t, const char *s);

int encode_i64(struct text *t, int64_t value);
int encode_strings(struct text *t, const struct strings *strings);
int encode_u32s(struct text *t, const struct u32s *u32s);

/* The name of a member, with the comma before it and the colon behind it. */
int encode_name(struct text *t, bool first, const char *name);
