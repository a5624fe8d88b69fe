/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include "driver/driver.h"

/* Parsing of the two files that list the lowers of an overlay layer. No function here makes a system call. */

#define LOWERS_BYTES_MAX (LOWERS_MAX * (ID_LENGTH + 1U)) /* ids are longer than links */

/* Allocate an empty list with room for n names of at most ID_LENGTH bytes. -ENOMEM. */
int overlay_lower_new(struct overlay_lower *ret, size_t n);

/* Append a name; the list must have room for it. */
void overlay_lower_add(struct overlay_lower *lowers, const char *name, size_t len);

/* Parse "lower-layers": ids, joined by ":". -EBADMSG if it is anything else, or more than LOWERS_MAX. */
int overlay_lower_parse_ids(const char *text, size_t len, struct overlay_lower *ret);

/* Parse "lower": "l/<link id>", joined by ":". Returns the link ids. */
int overlay_lower_parse_links(const char *text, size_t len, struct overlay_lower *ret);

/* The layer id in the target of a short link: "../<id>/diff", or an absolute path in the image stores of 1.47
 * to 1.52 (overlay.go:create). NULL: there is none. The id is not terminated. */
const char *overlay_lower_link_target_id(const char *target);
