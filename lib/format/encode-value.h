/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

#include "base/text.h"
#include "format/record.h"

/* JSON as the Go side writes it (json-iterator): nothing between the tokens, and its choice of escapes. Each
 * adds a value to the text and returns 0 or -ENOMEM; what was added by then stays. */

/* What is no UTF-8 becomes U+FFFD, byte by byte. */
int encode_string(struct text *t, const char *s);

int encode_i64(struct text *t, int64_t value);
int encode_strings(struct text *t, const struct strings *strings);
int encode_u32s(struct text *t, const struct u32s *u32s);

/* The name of a member, with what stands before and behind it. */
int encode_name(struct text *t, bool first, const char *name);
