/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The token that shows to a process that another process has written. */

#include <string.h>

#include "format/lock-token.h"

bool lock_token_equal(const struct lock_token *a, const struct lock_token *b) {
        return a->length == b->length && memcmp(a->bytes, b->bytes, a->length) == 0;
}

/* Little endian. */
static void put_number(struct lock_token *token, uint64_t number, size_t n) {
        for (size_t i = 0; i < n; i++)
                token->bytes[token->length++] = (uint8_t) (number >> i * 8);
}

struct lock_token lock_token_make(uint64_t now_ns, uint64_t counter, uint32_t pid,
                                  const uint8_t random[static LAST_WRITE_RANDOM]) {
        struct lock_token token = {0};

        put_number(&token, now_ns, sizeof(now_ns));
        put_number(&token, counter, sizeof(counter));
        put_number(&token, pid, sizeof(pid));
        memcpy(token.bytes + token.length, random, LAST_WRITE_RANDOM);
        token.length += LAST_WRITE_RANDOM;
        return token;
}
