/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/cleanup.h"

#define ERROR_TEXT_MAX 512

/* An error message for people. struct cstorage_error has the same layout: the objects of lib/ cast it and
 * pass it to the layers below, hence may_alias. */
struct error {
        int code;
        char text[ERROR_TEXT_MAX];
} __attribute__((__may_alias__));

/* If e is not NULL, fill it in. Returns code, a negative errno. A text that is too long ends in "...". Keeps
 * errno. */
int error_set(struct error *e, int code, const char *format, ...) _printf_(3, 4);

/* As error_set(), and append ": ", the text of the errno and, if the errno alone suggests one, a remedy. The
 * appended text is never cut off. */
int error_errno(struct error *e, int code, const char *format, ...) _printf_(3, 4);

/* -errno after a failed call; the compiler then assumes that it is negative. */
static inline int negative_errno(void) {
        assert(errno > 0);
        return -errno;
}
