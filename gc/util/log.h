/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/cleanup.h"

/* What is said from now on is about this user; NULL: about whoever runs this. */
void complain_of(const char *user);

/* A line on standard error, after the name of the program. Names that come from the disk are escaped. */
void complain(const char *format, ...) _printf_(1, 2);
void complain_about(const char *path, const char *text);
