/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include "base/cleanup.h"

/* Prefix all further messages with the name of this user; NULL: with none. */
void log_set_user(const char *user);

/* Print an error to standard error, after the name of the program. The whole line is escaped. */
void log_error(const char *format, ...) _printf_(1, 2);
void log_error_about(const char *path, const char *text);

/* The same for a message that is no error. */
void log_notice(const char *format, ...) _printf_(1, 2);

/* From now on, print the name of the program in color: red before an error. */
void log_enable_color(bool on);
