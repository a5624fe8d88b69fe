/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether bytes are no list of JSON, to whoever reads them: a save that was cut off, blocks that were never
 * written and are full of NULs, something else altogether. It tells less than a parser: what is a wreck here
 * no parser takes, however lenient; what is none may still not be a record file.
 */
bool text_is_wreck(const char *text, size_t len);
