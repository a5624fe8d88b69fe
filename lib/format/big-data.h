/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "format/decode-value.h"

/* Decode big-data-sizes and big-data-digests, sorted by name. Of an item only the name and the size or the
 * digest is set. */
int big_data_decode_sizes(struct decoding *d, uint32_t token, const char *name, struct big_data *ret);
int big_data_decode_digests(struct decoding *d, uint32_t token, const char *name, struct big_data *ret);

/* Join the three members of a record into one list. */
int big_data_join(struct decoding *d, struct big_data *ret);
