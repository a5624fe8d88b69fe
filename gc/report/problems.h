/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "collect/result.h"

/* What is wrong with the store itself: files and directories from which nothing could be concluded. */
struct problem {
        const char *path; /* borrowed from the facts */
        struct text text; /* what is wrong, and what to do: a sentence or two */
};

struct problems {
        struct problem *problems;
        size_t n, cap;
};

#define PROBLEMS_INIT ((struct problems){0})

void problems_done(struct problems *problems);
#define _cleanup_problems_ _cleanup_(problems_done)

/* Of the facts, and of those missing files that made the plan refuse something. -ENOMEM. */
int problems_collect(struct problems *problems, const struct outcome *outcome);

/* Lines on standard error: the problems, what failed, and for each reason of refusals how often it came and
 * what to do. */
void problems_print(const struct problems *problems, const struct outcome *outcome);
