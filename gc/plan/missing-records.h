/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"
#include "plan/reasons.h"
#include "plan/references.h"

/* Why no entry of a family can be called an orphan. If the records are complete, because is NULL. */
struct missing_record {
        enum reason reason;
        const struct fact_file *because;
};

struct missing_records {
        struct missing_record layers;     /* for layer directories, their side files and links */
        struct missing_record images;     /* for image directories */
        struct missing_record containers; /* for container directories */
};

/* Check each record file: one that cannot be read, or is missing and must have existed, is noted for the
 * families that it affects. Initialize the result with {0}. */
void missing_records_find(struct missing_records *missing_records, const struct facts *facts,
                          const struct references *references);
