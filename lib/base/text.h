/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"

/* A string that grows. s is NULL until something was added, and then always ends in NUL. */
struct text {
        char *s;
        size_t len, cap;
};

#define TEXT_INIT ((struct text){0})

void text_done(struct text *t);
#define _cleanup_text_ _cleanup_(text_done)

/* Each returns 0 or -ENOMEM, and then nothing changed. */
int text_add(struct text *t, const void *bytes, size_t n);
int text_adds(struct text *t, const char *s);
int text_addf(struct text *t, const char *format, ...) _printf_(2, 3);

/* Hand the string over; "" where nothing was added; NULL where there is no memory for that. */
char *text_take(struct text *t);

/* Add bytes so that they stand on one line of a terminal: what is not printable ASCII becomes \xHH, \ becomes
 * \\. */
int text_add_escaped(struct text *t, const char *bytes, size_t n);

/* Decimal digits only, nothing before or after: 0, -EINVAL, or -ERANGE where the number does not fit. */
int parse_u64(const char *s, uint64_t *ret);

bool has_prefix(const char *s, const char *prefix);
bool has_suffix(const char *s, const char *suffix);
