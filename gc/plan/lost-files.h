/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/*
 * The record file that is missing although records of others refer to what it listed: NULL, or one of the
 * facts' files. Nothing needs to be removed for that to be reported.
 */
struct lost_files {
        const struct fact_file *layers, *images;
};

/* -ENOMEM */
int lost_files_find(struct lost_files *lost, const struct facts *facts);
