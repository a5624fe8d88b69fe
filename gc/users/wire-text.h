/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The words of that report, for its writer and its reader. */

#define WIRE_STATUS  "status"
#define WIRE_STORE   "store"
#define WIRE_SUM     "sum"
#define WIRE_PROBLEM "problem"
#define WIRE_SUBJECT "subject"
#define WIRE_END     "end"

#define WIRE_NULL "\\N" /* no string: one that is escaped has no such thing in it */
