/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/cleanup.h"

#define ERROR_TEXT_MAX 512

/*
 * What went wrong, for people. The layout is that of struct cstorage_error, which the objects of lib/ hand
 * down by a cast; hence may_alias.
 */
struct error {
        int code;
        char text[ERROR_TEXT_MAX];
} __attribute__((__may_alias__));

/* Fill in e, where e is not NULL, and return code (a negative errno). A text too long ends in "...". Keeps
 * errno. */
int error_set(struct error *e, int code, const char *format, ...) _printf_(3, 4);

/* The same with ": " and the text of the errno appended, and a remedy if the cause alone tells one. These two
 * are never cut off. */
int error_errno(struct error *e, int code, const char *format, ...) _printf_(3, 4);

/* -errno after a call that failed; the compiler learns that it is negative. */
static inline int negative_errno(void) {
        assert(errno > 0);
        return -errno;
}
