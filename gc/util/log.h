/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include "base/cleanup.h"

/* What is said from now on is about this user; NULL: about whoever runs this. */
void log_set_user(const char *user);

/* An error: a line on standard error, after the name of the program. Names that come from the disk are
 * escaped. */
void log_error(const char *format, ...) _printf_(1, 2);
void log_error_about(const char *path, const char *text);

/* The same for a message about something that is no error. */
void log_notice(const char *format, ...) _printf_(1, 2);

/* From now on the name of the program is printed in a colour: red before an error. */
void log_enable_color(bool on);
