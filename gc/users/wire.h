/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdio.h>

#include "collect/result.h"
#include "report/problems.h"
#include "users/status.h"

/*
 * What a user's process tells root's that started it, in lines of fields with a tab between. Whoever the user
 * is can have it say anything: what comes is text, numbers and names that are known, or nothing.
 */
struct wire {
        enum user_status status; /* USER_WAITING where nothing was told */
        struct facts facts;      /* where the store lies, NULL if none was reported; then the rest is empty */
        struct outcome outcome;  /* counted; with what is kept among the subjects where that was asked for */
        struct problems problems;
        bool cut; /* there was more */
};

void wire_done(struct wire *wire);
#define _cleanup_wire_ _cleanup_(wire_done)

/* Of a user whose store was not come to. */
void wire_write_status(FILE *out, enum user_status status);

/* Of one whose was. */
void wire_write(FILE *out, const struct outcome *outcome, const struct problems *problems, bool verbose);

/*
 * The other way; told must be zeroed. Lines that are none are left out, and so is all that follows one. The
 * text, which ends in NUL, is written to. -ENOMEM.
 */
int wire_read(struct wire *wire, char *text);
