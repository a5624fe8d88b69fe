/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether bytes are no list of JSON to any reader: a save that was cut off, blocks that were never written
 * and are full of NULs, something else altogether. It tells less than a parser: what is a wreck here no
 * parser takes, however lenient; what is none may still not be a record file.
 */
bool text_is_torn(const char *text, size_t len);

/* How much of the text Go reads: all of it, or up to the first NUL behind the list. */
size_t text_list_length(const char *text, size_t len);
