/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Look up the details of an orphan for a report. */

#include "report/orphan-details.h"

#include <string.h>

void orphan_details_done(struct orphan_details *details) {
        free(details->details);
        arena_done(&details->arena);
        *details = ORPHAN_DETAILS_INIT;
}

static int compare_key(const void *path, const void *detail) {
        return strcmp(path, ((const struct orphan_detail *) detail)->entry->path);
}

const struct orphan_detail *orphan_details_find(const struct orphan_details *details, const char *path) {
        return details && details->n > 0
                       ? bsearch(path, details->details, details->n, sizeof(*details->details), compare_key)
                       : NULL;
}
