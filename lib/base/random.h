/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

#define RANDOM_BYTES_MAX 256U /* up to this size getrandom(2) returns all bytes or fails */

/* At most RANDOM_BYTES_MAX random bytes, for names and tokens. These are not secret, so the call does not
 * wait for entropy at boot. Negative errno. */
int random_bytes(void *ret, size_t n);
