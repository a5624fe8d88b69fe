/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hexids.h"

/*
 * The ids of the records in a piece of a record file that the Go side wrote, without parsing it: whatever has
 * the bytes
 * {"id":"<64 digits>" in it. Within a string they cannot stand, its quotes would be escaped. Records that
 * were written in another form are not found. *ret_used is how far the piece was read: what is behind it must
 * be given again, with more. -ENOMEM.
 */
int idscan(const char *bytes, size_t n, struct hexids *ids, size_t *ret_used);
