/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* The record file that is missing although other records refer to an object that it listed: one of the
 * facts' files, or NULL. It is reported even if there are no orphans. */
struct lost_files {
        const struct fact_file *layers, *images;
};

/* -ENOMEM */
int lost_files_find(struct lost_files *lost, const struct facts *facts);
