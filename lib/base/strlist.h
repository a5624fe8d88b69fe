/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/cleanup.h"

/* A list of strings, each its own, in the order they were added. */
struct strlist {
        char **s;
        size_t n, cap;
};

#define STRLIST_INIT ((struct strlist){0})

void strlist_done(struct strlist *list);
#define _cleanup_strlist_ _cleanup_(strlist_done)

/* Each adds a copy and returns 0 or -ENOMEM, and then nothing changed. */
int strlist_add(struct strlist *list, const char *s);
int strlist_add_bytes(struct strlist *list, const char *bytes, size_t n);
int strlist_addf(struct strlist *list, const char *format, ...) _printf_(2, 3);

/* Add each part of s between commas, empty ones too: of "a,,b" three, of "" one. */
int strlist_add_split(struct strlist *list, const char *s);

/* The string at index, or NULL after the last. */
const char *strlist_get(const struct strlist *list, size_t index);

/* Take back what was added last. */
void strlist_drop_last(struct strlist *list);
