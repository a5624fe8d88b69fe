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
struct last_write {
        uint8_t bytes[LAST_WRITE_LENGTH];
        size_t length;
};

bool last_write_equal(const struct last_write *a, const struct last_write *b);

/* A new one: the clock in nanoseconds, how many this process has made with this one, its id, and random
 * bytes. */
struct last_write last_write_make(uint64_t now_ns, uint64_t counter, uint32_t pid,
                                  const uint8_t random[static LAST_WRITE_RANDOM]);
