/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/text.h"
#include "format/decode.h"

/*
 * Add a record to the text, byte for byte as the Go side would write it: members in the order of the table,
 * those without a value left out, maps sorted. What the record was read from does not matter: an unknown
 * member of it is not written. 0 or -ENOMEM, and then nothing was added.
 */
int record_compose(const struct record_type *type, const void *record, struct text *ret);
