/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/text.h"
#include "report/report.h"

/* The rows of the table for a terminal, before they are laid out. */

struct row {
        enum result result;
        enum reason reason;
        bool dry_run;
        struct text what;         /* a path, or the number of objects in a summary */
        const char *name, *image; /* of a container; NULL: not known */
        bool has_age;
        uint64_t age_s; /* since the last change */
        bool measured;
        uint64_t entries, bytes;
        const char *user; /* NULL: there is only one store */
};

struct rows {
        struct row *rows;
        size_t n, cap;
};

#define ROWS_INIT ((struct rows){0})

void rows_done(struct rows *rows);
#define _cleanup_rows_ _cleanup_(rows_done)

/* Add the rows of one store. A container and its layer are one row if the result of both is the same.
 * -ENOMEM. */
int rows_add(struct rows *rows, const struct report_part *part, const struct report_style *style);
