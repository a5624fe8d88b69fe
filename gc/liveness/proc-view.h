/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/text.h"

/*
 * Why an open /proc may not show every process of the machine, a sentence without full stop; NULL if it shows
 * them all.
 */
const char *proc_view_hides(int proc_fd);

/*
 * Append a file of a process, which is open at its beginning. An argument list that does not fill a piece is
 * whole; a mount table must be read until_end, since it comes in pieces of any size. 0 or negative errno:
 * -E2BIG, too.
 */
int proc_read(int fd, bool until_end, struct text *text);
