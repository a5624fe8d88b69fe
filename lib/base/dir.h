/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"

/* A directory of a store with more entries than this is damaged or hostile; a list of it would exhaust the
 * memory. */
#define DIR_ENTRIES_MAX (4U * 1024 * 1024)

struct dir_entry {
        const char *name;
        uint64_t ino;
        unsigned char type; /* DT_* from the file system, possibly DT_UNKNOWN */
};

/* All entries but "." and "..", sorted by the bytes of their names. */
struct dir_list {
        struct dir_entry *entries;
        size_t n, cap;
        struct dir_chunk *chunks; /* hold the names */
};

#define DIR_LIST_INIT ((struct dir_list){0})

void dir_list_done(struct dir_list *list);
#define _cleanup_dir_list_ _cleanup_(dir_list_done)

/* List an open directory from its start. list must be empty. Negative errno; -E2BIG above DIR_ENTRIES_MAX. */
int dir_list_read(struct dir_list *list, int fd);

bool dir_list_has(const struct dir_list *list, const char *name);
