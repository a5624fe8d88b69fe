/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "collect/result.h"

/* Problems of the store itself: files and directories that could not be used as evidence. */
struct problem {
        const char *path; /* borrowed from the facts */
        struct text text; /* the cause and the remedy: one or two sentences */
};

struct problems {
        struct problem *problems;
        size_t n, cap;
};

#define PROBLEMS_INIT ((struct problems){0})

void problems_done(struct problems *problems);
#define _cleanup_problems_ _cleanup_(problems_done)

/* Collect the problems in the facts, and the missing files because of which the plan refused an entry.
 * -ENOMEM. */
int problems_collect(struct problems *problems, const struct outcome *outcome);

/* Print to standard error: the problems, the errors, and for each reason of a refusal the number of
 * entries and the remedy. */
void problems_print(const struct problems *problems, const struct outcome *outcome);
