/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "cstorage.h"
#include "verify/archive.h"

/* A difference between an archive and its layer. */
struct mismatch {
        enum cstorage_mismatch_kind kind;
        uint64_t expected, found;               /* cstorage.h says of what */
        const char *expected_text, *found_text; /* targets of links; NULL: none */
};

/*
 * A layer that differs in more entries is not examined further: it is damaged, and the differences are in
 * memory until it is known which of them remain.
 */
#define MISMATCHES_MAX 4096U

struct found {
        uint64_t index; /* of the entry in the archive */
        char *path;
        struct mismatch mismatch;
        char *texts[2]; /* owned */
        enum archive_type type;
        bool replaced; /* by a later entry, which is compared by itself */
};

struct mismatches {
        struct found *items;
        size_t n, cap;
};

#define MISMATCHES_INIT ((struct mismatches){0})

void mismatches_done(struct mismatches *list);

/* Add a copy. Returns 1, 0 if there is no room for more (MISMATCHES_MAX), or -ENOMEM. */
int mismatches_add(struct mismatches *list, const struct archive_entry *entry,
                   const struct mismatch *mismatch);

/* Sort by the order of the archive. */
void mismatches_sort(struct mismatches *list);
