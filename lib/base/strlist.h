/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/cleanup.h"

/* A list that owns its strings, in the order in which they were added. */
struct strlist {
        char **s;
        size_t n, cap;
};

#define STRLIST_INIT ((struct strlist){0})

void strlist_done(struct strlist *list);
#define _cleanup_strlist_ _cleanup_(strlist_done)

/* Add a copy. Returns 0, or -ENOMEM with nothing changed. */
int strlist_add(struct strlist *list, const char *s);
int strlist_add_bytes(struct strlist *list, const char *bytes, size_t n);
int strlist_addf(struct strlist *list, const char *format, ...) _printf_(2, 3);

/* Add each part of s between commas, empty parts too: "a,,b" has three, "" has one. */
int strlist_add_split(struct strlist *list, const char *s);

/* The string at index, or NULL behind the last one. */
const char *strlist_get(const struct strlist *list, size_t index);

/* Remove the last string. */
void strlist_drop_last(struct strlist *list);
