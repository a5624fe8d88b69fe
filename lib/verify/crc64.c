/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * CRC-64 without tables. Modulo the polynomial, x^64 is x^4 + x^3 + x + 1, so that a word of 64 bits is
 * multiplied by x^64 with a few shifts. Bits are reflected: bit 63 is x^0, and a shift to the right
 * multiplies by x.
 *
 * LANES words are multiplied at once by x^(64 * LANES), which is (x^4 + x^3 + x + 1)^LANES. In characteristic
 * 2 the eighth power is x^32 + x^24 + x^8 + 1. The lanes do not depend on each other, so that compilers use
 * the vector instructions of the machine.
 */

#include <endian.h>
#include <string.h>

#include "verify/crc64.h"

#define LANES      8U
#define PAIRS      (LANES / 2)
#define LANE_BYTES (8U * LANES)

/* Two lanes, as all 64-bit machines with vectors have them; elsewhere, the compiler takes them apart. */
typedef uint64_t pair __attribute__((vector_size(16)));

/* w * (x^4 + x^3 + x + 1), without the bits beyond x^63. */
static inline uint64_t reduce(uint64_t w) {
        return w ^ (w >> 1) ^ (w >> 3) ^ (w >> 4);
}

/* w * x^64: the bits that the shifts of reduce() would lose are reduced with the others. */
static inline uint64_t times_word(uint64_t w) {
        return reduce(w ^ (w << 63) ^ (w << 61) ^ (w << 60));
}

static inline uint64_t load(const uint8_t *at) {
        uint64_t word;

        memcpy(&word, at, sizeof(word));
        return le64toh(word);
}

/* Pointers, because 32-bit machines without vectors pass them as values in a way of their own. */
static inline void load_pair(pair *ret, const uint8_t *at) {
        *ret = (pair){load(at), load(at + 8)};
}

/* w * x^512, and add the next bytes. 32 bits are beyond x^63. */
static inline void next_pair(pair *lanes, const uint8_t *at) {
        pair w = *lanes, high = (w << 56) ^ (w << 40) ^ (w << 32), next;

        load_pair(&next, at);
        w ^= (w >> 8) ^ (w >> 24) ^ (w >> 32);
        *lanes = w ^ high ^ (high >> 1) ^ (high >> 3) ^ (high >> 4) ^ next;
}

static uint64_t join(const pair lanes[static PAIRS]) {
        uint64_t reg = 0;

        for (unsigned i = 0; i < LANES; i++)
                reg = times_word(reg ^ lanes[i / 2][i % 2]);
        return reg;
}

/* Returns the register after a multiple of LANE_BYTES, at least one. */
static uint64_t sum_lanes(uint64_t reg, const uint8_t *at, const uint8_t *end) {
        pair lanes[PAIRS];

        for (unsigned i = 0; i < PAIRS; i++)
                load_pair(&lanes[i], at + 16 * i);
        lanes[0][0] ^= reg;

        for (at += LANE_BYTES; at < end; at += LANE_BYTES) {
                next_pair(&lanes[0], at);
                next_pair(&lanes[1], at + 16);
                next_pair(&lanes[2], at + 32);
                next_pair(&lanes[3], at + 48);
        }
        return join(lanes);
}

/* One byte at a time: the low 8 bits have the highest powers, and leave the register. */
static uint64_t sum_bytes(uint64_t reg, const uint8_t *at, size_t n) {
        for (size_t i = 0; i < n; i++)
                reg = (reg >> 8) ^ times_word((reg ^ at[i]) << 56);
        return reg;
}

uint64_t crc64_update(uint64_t crc, const void *bytes, size_t n) {
        const uint8_t *at = bytes;
        size_t wide = n - n % LANE_BYTES, words = n - n % 8, done = wide;
        uint64_t reg = ~crc;

        if (wide > 0)
                reg = sum_lanes(reg, at, at + wide);
        for (; done < words; done += 8)
                reg = times_word(reg ^ load(at + done));
        return ~sum_bytes(reg, at + words, n - words);
}
