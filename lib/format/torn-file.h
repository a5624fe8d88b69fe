/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * Is the text torn, so that no reader finds a JSON list in it? For example, a save was cut off, or blocks
 * were never written and are full of NULs. Every parser, however lenient, refuses a torn text; a text that is
 * not torn may still not be a record file.
 */
bool text_is_torn(const char *text, size_t len);

/* The length that Go reads: the whole text, or up to the first NUL behind the list. */
size_t text_list_length(const char *text, size_t len);
