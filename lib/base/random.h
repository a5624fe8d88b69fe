/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

#define RANDOM_BYTES_MAX 256U /* up to here getrandom(2) gives all or nothing */

/* At most RANDOM_BYTES_MAX random bytes, for names and tokens: they are no secret, and nothing waits for
 * entropy at boot. Negative errno. */
int random_bytes(void *ret, size_t n);
