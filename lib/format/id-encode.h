/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "format/name.h"

/* New ids from random bytes. */

#define ID_ENCODE_BYTES      32U
#define ID_ENCODE_LINK_BYTES 17U /* only two bits of the last byte are used */

/* Encode an id. Returns false if the caller must try other bytes: the first 12 digits, the short form of the
 * id, must not look like a number (pkg/stringid/stringid.go:generateID). */
bool id_encode(const uint8_t bytes[static ID_ENCODE_BYTES], char ret[static ID_LENGTH + 1]);

/* The short link of an overlay layer (drivers/overlay/randomid.go:generateID). */
void id_encode_link(const uint8_t bytes[static ID_ENCODE_LINK_BYTES], char ret[static LINK_ID_LENGTH + 1]);
