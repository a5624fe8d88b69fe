/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* UTF-8 as in RFC 3629 and Go. yajl accepts overlong forms and surrogates. */

#include <stdint.h>
#include <string.h>

#include "json/utf8.h"

#define HIGH_BITS UINT64_C(0x8080808080808080)

/* The second byte excludes overlong forms, surrogates and code points above U+10FFFF (Unicode, table 3-7). */
static const struct {
        uint8_t first, last, low, high, length;
} forms[] = {
        {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
        {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
        {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
};

size_t utf8_length(const char *bytes, size_t n) {
        const uint8_t *b = (const uint8_t *) bytes;

        if (b[0] < 0x80)
                return 1;
        for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
                if (b[0] < forms[i].first || b[0] > forms[i].last)
                        continue;
                if (n < forms[i].length || b[1] < forms[i].low || b[1] > forms[i].high)
                        return 0;
                for (size_t k = 2; k < forms[i].length; k++)
                        if ((b[k] & 0xc0) != 0x80)
                                return 0;
                return forms[i].length;
        }
        return 0;
}

bool utf8_valid(const char *bytes, size_t n) {
        size_t i = 0, length;
        uint64_t word;

        while (i < n) {
                /* Nearly all text is ASCII: skip eight bytes at a time. */
                if (n - i >= sizeof(word)) {
                        memcpy(&word, bytes + i, sizeof(word));
                        if (!(word & HIGH_BITS)) {
                                i += sizeof(word);
                                continue;
                        }
                }
                length = utf8_length(bytes + i, n - i);
                if (length == 0)
                        return false;
                i += length;
        }
        return true;
}

size_t utf8_put(char ret[static UTF8_LENGTH_MAX], unsigned code) {
        if (code < 0x80) {
                ret[0] = (char) code;
                return 1;
        }
        if (code < 0x800) {
                ret[0] = (char) (0xc0 | code >> 6);
                ret[1] = (char) (0x80 | (code & 0x3f));
                return 2;
        }
        if (code < 0x10000) {
                ret[0] = (char) (0xe0 | code >> 12);
                ret[1] = (char) (0x80 | (code >> 6 & 0x3f));
                ret[2] = (char) (0x80 | (code & 0x3f));
                return 3;
        }
        ret[0] = (char) (0xf0 | code >> 18);
        ret[1] = (char) (0x80 | (code >> 12 & 0x3f));
        ret[2] = (char) (0x80 | (code >> 6 & 0x3f));
        ret[3] = (char) (0x80 | (code & 0x3f));
        return 4;
}
