/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * The CRC-64 of ISO 3309, with the polynomial x^64 + x^4 + x^3 + x + 1, in the form of Go's hash/crc64 with
 * the table ISO: bits reflected, register and result inverted. tar-split files contain it for each file.
 *
 * The sum of no bytes is CRC64_EMPTY. Pass the result of one call to the next to sum up pieces.
 */
#define CRC64_EMPTY UINT64_C(0)

uint64_t crc64_update(uint64_t crc, const void *bytes, size_t n);
