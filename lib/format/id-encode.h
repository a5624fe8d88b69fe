/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "format/name.h"

/* Ids of new things, made of random bytes. */

#define ID_ENCODE_BYTES      32U
#define ID_ENCODE_LINK_BYTES 17U /* of the last one, two bits are used */

/* The id that these bytes are. False where it must be made of other ones: its first 12 digits, by which
 * people know it, would look like a number (pkg/stringid/stringid.go:generateID). */
bool id_encode(const uint8_t bytes[static ID_ENCODE_BYTES], char ret[static ID_LENGTH + 1]);

/* The short name of an overlay layer (drivers/overlay/randomid.go:generateID). */
void id_encode_link(const uint8_t bytes[static ID_ENCODE_LINK_BYTES], char ret[static LINK_ID_LENGTH + 1]);
