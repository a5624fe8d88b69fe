/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LAST_WRITE_LENGTH 64U
#define LAST_WRITE_RANDOM 44U /* of these are random */

/*
 * The token of the last writer, the first 64 bytes of a lock file (pkg/lockfile/lastwrite.go): opaque,
 * compared byte by byte, length included. Length 0: never written.
 */
struct lock_token {
        uint8_t bytes[LAST_WRITE_LENGTH];
        size_t length;
};

bool lock_token_equal(const struct lock_token *a, const struct lock_token *b);

/* A new one: the clock in nanoseconds, how many this process has made with this one, its id, and random
 * bytes. */
struct lock_token lock_token_make(uint64_t now_ns, uint64_t counter, uint32_t pid,
                                  const uint8_t random[static LAST_WRITE_RANDOM]);
