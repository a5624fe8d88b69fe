/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"
#include "plan/reasons.h"
#include "plan/references.h"

/*
 * Why nothing that a family of records might speak for can be called garbage; because is NULL without doubt.
 */
struct doubt {
        enum reason reason;
        const struct fact_file *because;
};

struct missing_records {
        struct doubt layers;     /* of layer directories, their side files and links */
        struct doubt images;     /* of image directories */
        struct doubt containers; /* of container directories */
};

/* Add a doubt for each record file that cannot be read, or is not there and must have been; doubts begin as
 * {0}. */
void missing_records_find(struct missing_records *missing_records, const struct facts *facts,
                          const struct references *references);
