/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"

/* A growable string. s is NULL until something is added; from then on it ends in NUL. */
struct text {
        char *s;
        size_t len, cap;
};

#define TEXT_INIT ((struct text){0})

void text_done(struct text *t);
#define _cleanup_text_ _cleanup_(text_done)

/* Each returns 0, or -ENOMEM with nothing changed. */
int text_add(struct text *t, const void *bytes, size_t n);
int text_adds(struct text *t, const char *s);
int text_addf(struct text *t, const char *format, ...) _printf_(2, 3);

/* Hand the string over: "" if nothing was added, NULL if there is no memory for that. */
char *text_take(struct text *t);

/* Add bytes so that they are safe to print on one line of a terminal: a byte that is not printable ASCII
 * becomes \xHH, and \ becomes \\. */
int text_add_escaped(struct text *t, const char *bytes, size_t n);

/* Decode one byte of the form of text_add_escaped() at s, where n > 0 bytes are. Returns the length of its
 * encoding, or 0 if it is invalid. An encoded NUL is invalid: it would end the text. */
size_t text_unescape(const char *s, size_t n, char *ret);

/* The value of a hexadecimal digit, or -1. Only the second one accepts upper case. */
int hex_digit(char c);
int hex_digit_of_any_case(char c);

/* Parse decimal digits, with nothing before or after them. Returns 0, -EINVAL, or -ERANGE if the number does
 * not fit. */
int parse_u64(const char *s, uint64_t *ret);

bool has_prefix(const char *s, const char *prefix);
bool has_suffix(const char *s, const char *suffix);
