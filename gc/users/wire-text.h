/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The words of what is told; those who write it and those who read it go by them. */

#define TOLD_FATE    "fate"
#define TOLD_STORE   "store"
#define TOLD_SUM     "sum"
#define TOLD_PROBLEM "problem"
#define TOLD_SUBJECT "subject"
#define TOLD_END     "end"

#define TOLD_NULL "\\N" /* no string: one that is escaped has no such thing in it */
