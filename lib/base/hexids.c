/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Large sets of ids. */

#include <string.h>
#include <sys/random.h>

#include "base/array.h"
#include "base/error.h"
#include "base/hexids.h"

#define SLOTS_MIN 64U

void hexids_done(struct hexids *set) {
        free(set->ids);
        free(set->slots);
        *set = HEXIDS_INIT;
}

/*
 * Sixteen digits in a word, two at a time in each byte: which of them where does not matter, as long as no
 * two ids are the same. Letters have the bit 0x40, and their low bits count from one. Without branches, which
 * random digits would mispredict half of the time.
 */
static uint64_t eight_digits(const char *text) {
        uint64_t bytes;

        memcpy(&bytes, text, sizeof(bytes));
        return (bytes & 0x0f0f0f0f0f0f0f0fULL) + 9 * (bytes >> 6 & 0x0101010101010101ULL);
}

static uint64_t sixteen_digits(const char *text) {
        return eight_digits(text) << 4 | eight_digits(text + 8);
}

int hexids_add(struct hexids *set, const char *text) {
        struct hexid id = {0};
        int r;

        for (size_t i = 0; i < ARRAY_SIZE(id.words); i++)
                id.words[i] = sixteen_digits(text + i * 16);

        r = ARRAY_RESERVE(set->ids, set->cap, set->n + 1);
        if (r < 0)
                return r;
        set->ids[set->n++] = id;
        return 0;
}

/* Products of halves, which all machines can multiply; their upper bits know all of both. */
static size_t hash(const struct hexids *set, const struct hexid *id) {
        uint64_t sum = 0;

        for (size_t i = 0; i < ARRAY_SIZE(id->words); i++) {
                uint64_t word = id->words[i] ^ set->keys[i];

                sum += (word >> 32) * (word & UINT32_MAX);
        }
        return (size_t) (sum ^ sum >> 32) & set->mask;
}

/* The slot of an id, or the free one where it would be: at least half of them are free. */
static size_t find_slot(const struct hexids *set, const struct hexid *id) {
        size_t slot = hash(set, id);

        while (set->slots[slot] > 0 && memcmp(&set->ids[set->slots[slot] - 1], id, sizeof(*id)) != 0)
                slot = (slot + 1) & set->mask;
        return slot;
}

int hexids_seal(struct hexids *set) {
        size_t size = SLOTS_MIN;

        if (set->n >= UINT32_MAX / 2)
                return -E2BIG;
        while (size < set->n * 2)
                size *= 2;

        free(set->slots);
        set->slots = calloc(size, sizeof(*set->slots));
        if (!set->slots)
                return -ENOMEM;
        set->mask = size - 1;
        if (getrandom(set->keys, sizeof(set->keys), 0) != (ssize_t) sizeof(set->keys))
                return negative_errno();

        for (size_t i = 0; i < set->n; i++)
                set->slots[find_slot(set, &set->ids[i])] = (uint32_t) (i + 1);
        return 0;
}

bool hexids_has(const struct hexids *set, const struct hexid *id) {
        return set->slots && set->slots[find_slot(set, id)] > 0;
}
