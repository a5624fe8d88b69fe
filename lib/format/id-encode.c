/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Encoding of new ids in the form of the Go library. */

#include <string.h>

#include "format/id-encode.h"

#define SHORT_LENGTH 12U

bool id_encode(const uint8_t bytes[static ID_ENCODE_BYTES], char ret[static ID_LENGTH + 1]) {
        static const char digits[] = "0123456789abcdef";

        for (size_t i = 0; i < ID_ENCODE_BYTES; i++) {
                ret[i * 2] = digits[bytes[i] >> 4];
                ret[i * 2 + 1] = digits[bytes[i] & 15];
        }
        ret[ID_LENGTH] = '\0';
        return strspn(ret, "0123456789") < SHORT_LENGTH;
}

/* Base32, five bits at a time. */
void id_encode_link(const uint8_t bytes[static ID_ENCODE_LINK_BYTES], char ret[static LINK_ID_LENGTH + 1]) {
        static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

        for (size_t i = 0; i < LINK_ID_LENGTH; i++) {
                size_t bit = i * 5, byte = bit / 8;
                unsigned two =
                        (unsigned) bytes[byte] << 8 | (byte + 1 < ID_ENCODE_LINK_BYTES ? bytes[byte + 1] : 0);

                ret[i] = digits[two >> (11 - bit % 8) & 31];
        }
        ret[LINK_ID_LENGTH] = '\0';
}
