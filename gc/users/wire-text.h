/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The keywords of the report of a user's process, for the writer and the reader. */

#define WIRE_STATUS  "status"
#define WIRE_STORE   "store"
#define WIRE_SUM     "sum"
#define WIRE_PROBLEM "problem"
#define WIRE_SUBJECT "subject"
#define WIRE_END     "end"

#define WIRE_NULL "\\N" /* no string; "\N" is no valid escape sequence */
