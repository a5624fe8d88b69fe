/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LAST_WRITE_LENGTH 64U
#define LAST_WRITE_RANDOM 44U /* the number of random bytes in a token */

/* The token of the last writer, the first 64 bytes of a lock file (pkg/lockfile/lastwrite.go). It is opaque
 * and compared byte by byte, including its length. Length 0: never written. */
struct lock_token {
        uint8_t bytes[LAST_WRITE_LENGTH];
        size_t length;
};

bool lock_token_equal(const struct lock_token *a, const struct lock_token *b);

/* Create a token of the clock in nanoseconds, the number of tokens that this process has created including
 * this one, the process id, and random bytes. */
struct lock_token lock_token_make(uint64_t now_ns, uint64_t counter, uint32_t pid,
                                  const uint8_t random[static LAST_WRITE_RANDOM]);
