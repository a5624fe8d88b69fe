/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The sequences of ECMA-48 for colours that are readable on a light and on a dark terminal. */
#define COLOR_NORMAL   "\x1b[0m"
#define COLOR_BOLD     "\x1b[1m"
#define COLOR_BOLD_RED "\x1b[1;31m"
#define COLOR_GREEN    "\x1b[32m"
#define COLOR_YELLOW   "\x1b[33m"
#define COLOR_GREY     "\x1b[90m"
