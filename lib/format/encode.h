/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/text.h"
#include "format/decode.h"

/*
 * Append a record to the text, byte for byte as the Go library writes it: members in the order of the table,
 * without the empty ones, and with sorted maps. The result does not depend on the source of the record: its
 * unknown members are not written. Returns 0, or -ENOMEM with nothing appended.
 */
int record_compose(const struct record_type *type, const void *record, struct text *ret);
