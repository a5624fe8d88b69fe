/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "format/decode-value.h"

/* big-data-sizes and big-data-digests, sorted by name; of an item, only its name and its size or digest is
 * told. */
int big_data_decode_sizes(struct decoding *d, uint32_t token, const char *name, struct big_data *ret);
int big_data_decode_digests(struct decoding *d, uint32_t token, const char *name, struct big_data *ret);

/* One list of what a record tells of its big data in three members. */
int big_data_join(struct decoding *d, struct big_data *ret);
