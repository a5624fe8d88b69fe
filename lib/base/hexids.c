/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hash sets of many hexadecimal ids. */

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

typedef signed char bytes16 __attribute__((vector_size(16)));
typedef uint64_t words2 __attribute__((vector_size(16)));

/* Unpack one digit into each byte: letters have the bit 0x40, and their low bits count from one. The result
 * is passed by pointer, because without SSE a returned vector changes the ABI. */
static inline void sixteen_digits(const char *text, words2 *ret) {
        bytes16 bytes;

        memcpy(&bytes, text, sizeof(bytes));
        *ret = (words2) ((bytes & 0x0f) + ((bytes16) (bytes > '9') & 9));
}

/* Pack two digits into each byte. Their order does not matter, if different ids stay different. There are no
 * branches: the processor would mispredict half of them, because the digits are random. */
static inline struct hexid pack(const char *text) {
        words2 digits[4], split_layers[2];
        struct hexid id;

        for (size_t i = 0; i < ARRAY_SIZE(digits); i++)
                sixteen_digits(text + i * sizeof(words2), &digits[i]);
        split_layers[0] = digits[0] << 4 | digits[1];
        split_layers[1] = digits[2] << 4 | digits[3];

        _Static_assert(sizeof(id) == sizeof(split_layers), "all digits are in it");
        memcpy(&id, split_layers, sizeof(id));
        return id;
}

/* From 128 KiB on, malloc(3) uses mmap(2): such memory grows without a copy and uses no pages before the
 * first access. */
#define FEW  256U
#define MANY 4096U

static int grow(struct hexids *set) {
        if (set->n < FEW || set->n >= MANY)
                return ARRAY_RESERVE(set->ids, set->cap, set->n + 1);
        return ARRAY_RESERVE_EXACT(set->ids, set->cap, MANY);
}

int hexids_add(struct hexids *set, const char *text) {
        int r;

        r = set->n < set->cap ? 0 : grow(set);
        if (r < 0)
                return r;
        set->ids[set->n++] = pack(text);
        return 0;
}

/* Sums of products of 32-bit halves: every machine can multiply these, and the upper bits depend on all bits
 * of both halves. */
static size_t hash(const struct hexids *set, const struct hexid *id) {
        uint64_t sum = 0;

        for (size_t i = 0; i < ARRAY_SIZE(id->words); i++) {
                uint64_t word = id->words[i] ^ set->keys[i];

                sum += (word >> 32) * (word & UINT32_MAX);
        }
        return (size_t) (sum ^ sum >> 32) & set->mask;
}

/* The slot of an id or, if the set does not contain it, the free slot for it. At least half of the slots are
 * free. */
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
