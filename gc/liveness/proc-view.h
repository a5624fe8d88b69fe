/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/text.h"

/* Return the reason why this /proc possibly does not show all processes, as a sentence without full stop;
 * NULL if it shows all. */
const char *proc_view_hides(int proc_fd);

/*
 * Append the content of a process's file, which is open at offset 0. An argument list that does not fill a
 * buffer is complete. A mount table must be read with until_end: a read may return any number of bytes.
 * Return 0 or a negative errno, -E2BIG if the file is too large.
 */
int proc_read(int fd, bool until_end, struct text *text);
