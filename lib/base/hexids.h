/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

#define HEXID_DIGITS 64U

/* An id of 64 hexadecimal digits, packed. */
struct hexid {
        uint64_t words[HEXID_DIGITS / 16];
};

/*
 * A set of such ids: add all, seal the set, then look up. It takes half the memory and a tenth of the time of
 * an idset, which the quick check needs (lib/README.md). Each set has a random hash key, because an attacker
 * may choose the names in a store.
 */
struct hexids {
        struct hexid *ids;
        size_t n, cap;
        uint64_t keys[4];
        uint32_t *slots; /* 1 + index in ids; 0: free */
        size_t mask;
};

#define HEXIDS_INIT ((struct hexids){0})

void hexids_done(struct hexids *set);

/* Add the first 64 characters of text. The caller has checked that they are lowercase hexadecimal digits.
 * -ENOMEM. */
int hexids_add(struct hexids *set, const char *text);

/* Prepare the set for hexids_has(). -ENOMEM, or another negative errno if there are no random bytes. */
int hexids_seal(struct hexids *set);

bool hexids_has(const struct hexids *set, const struct hexid *id);
