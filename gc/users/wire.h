/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdio.h>

#include "collect/result.h"
#include "report/problems.h"
#include "users/status.h"

/* The report that a user's process sends to the root process that started it: lines of fields, separated
 * by tabs. The user can make the process send anything: only text, numbers and known names are accepted. */
struct wire {
        enum user_status status; /* USER_WAITING if none was reported */
        struct facts facts;      /* the store; NULL if none was reported, then the rest is empty */
        struct outcome outcome;  /* with sums; includes kept entries if they were requested */
        struct problems problems;
        bool cut; /* the rest of the report was not read */
};

void wire_done(struct wire *wire);
#define _cleanup_wire_ _cleanup_(wire_done)

/* Write the report of a user whose store was not scanned. */
void wire_write_status(FILE *out, enum user_status status);

/* Write the report of a user whose store was scanned. */
void wire_write(FILE *out, const struct outcome *outcome, const struct problems *problems, bool verbose);

/* Parse a report into *wire, which must be zeroed. An invalid line and all lines behind it are ignored.
 * text must end in NUL and is modified. -ENOMEM. */
int wire_read(struct wire *wire, char *text);
