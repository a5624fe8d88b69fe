/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* ECMA-48 control sequences for colors that are readable on light and dark backgrounds. */
#define COLOR_NORMAL   "\x1b[0m"
#define COLOR_BOLD     "\x1b[1m"
#define COLOR_BOLD_RED "\x1b[1;31m"
#define COLOR_GREEN    "\x1b[32m"
#define COLOR_YELLOW   "\x1b[33m"
#define COLOR_GREY     "\x1b[90m"
