/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include "driver/driver.h"

/* The two files of an overlay layer that tell what it lies on, as values: no system call is made here. */

#define LOWERS_BYTES_MAX (LOWERS_MAX * (ID_LENGTH + 1U)) /* ids are longer than links */

/* Room for n names of at most ID_LENGTH bytes; nothing is in it yet. -ENOMEM. */
int overlay_lower_new(struct overlay_lower *ret, size_t n);

/* Append a name that there is room for. */
void overlay_lower_add(struct overlay_lower *lowers, const char *name, size_t len);

/* "lower-layers": ids, joined by ":". -EBADMSG where it is anything else, or more than LOWERS_MAX. */
int overlay_lower_parse_ids(const char *text, size_t len, struct overlay_lower *ret);

/* "lower": "l/<link id>", joined by ":". The link ids. */
int overlay_lower_parse_links(const char *text, size_t len, struct overlay_lower *ret);

/*
 * The layer whose diff the target of a short link is: "../<id>/diff", or the absolute path that the image
 * stores of 1.47 to 1.52 have (overlay.go:create). NULL: it is none. Not terminated.
 */
const char *overlay_lower_link_target_id(const char *target);
