/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scan/scan.h"

/* Information about the container of an orphan, for reports. No decision depends on it. */

struct orphan_detail {
        const struct fact_entry *entry; /* a layer directory or a container directory */
        /* of the container, and of the image it is based on; NULL: not known */
        const char *name, *image;
        const char *layer; /* of a container directory: the id of its layer; NULL: not known */
        const struct orphan_detail *other; /* the layer of this container, or the reverse; NULL: not known */
};

struct orphan_details {
        struct orphan_detail *details; /* sorted by path */
        size_t n, cap;
        struct arena arena;
};

#define ORPHAN_DETAILS_INIT ((struct orphan_details){0})

void orphan_details_done(struct orphan_details *details);
#define _cleanup_orphan_details_ _cleanup_(orphan_details_done)

/* Read the details of all entries that the plan removes or refuses. For a report only; never call it with
 * locks held. The scan must outlive the details. -ENOMEM. */
int orphan_details_read(struct orphan_details *details, const struct scan *view);

/* NULL if there are none for this path. */
const struct orphan_detail *orphan_details_find(const struct orphan_details *details, const char *path);
