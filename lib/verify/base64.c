/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <stdint.h>

#include "verify/base64.h"

/* The value of a character plus 1; 0: it is not in the alphabet. */
static const uint8_t values[256] = {
        ['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,  ['G'] = 7,  ['H'] = 8,
        ['I'] = 9,  ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16,
        ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
        ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32,
        ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40,
        ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
        ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
        ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['+'] = 63, ['/'] = 64,
};

/* Decode the first k characters of a group of four. Returns the 24 bits, or UINT32_MAX. */
static uint32_t decode_group(const uint8_t *at, unsigned k) {
        uint32_t bits = 0;

        for (unsigned i = 0; i < 4; i++) {
                uint8_t value = i < k ? values[at[i]] : 1;

                if (value == 0)
                        return UINT32_MAX;
                bits = bits << 6 | (uint32_t) (value - 1);
        }
        return bits;
}

static uint8_t *put(uint8_t *out, uint32_t bits, unsigned n) {
        for (unsigned i = 0; i < n; i++)
                *out++ = (uint8_t) (bits >> (16 - 8 * i));
        return out;
}

static unsigned count_padding(const char *text, size_t n) {
        if (n == 0 || text[n - 1] != '=')
                return 0;
        return text[n - 2] == '=' ? 2 : 1;
}

ssize_t base64_decode(const char *text, size_t n, void *out) {
        const uint8_t *at = (const uint8_t *) text, *end = at + n;
        uint8_t *to = out;
        unsigned padding;

        if (n % 4 != 0)
                return -EBADMSG;
        padding = count_padding(text, n);
        for (; at < end; at += 4) {
                unsigned missing = at + 4 == end ? padding : 0;
                uint32_t bits = decode_group(at, 4 - missing);

                if (bits == UINT32_MAX)
                        return -EBADMSG;
                to = put(to, bits, 3 - missing);
        }
        return to - (uint8_t *) out;
}
