/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets of strings. */

#include <string.h>

#include "base/array.h"
#include "base/idset.h"

void idset_done(struct idset *set) {
        free(set->ids);
        *set = IDSET_INIT;
}

int idset_add(struct idset *set, const char *id) {
        int r;

        if (!id || !*id)
                return 0;

        r = ARRAY_RESERVE(set->ids, set->cap, set->n + 1);
        if (r < 0)
                return r;

        set->ids[set->n++] = id;
        return 0;
}

static int compare_ids(const void *a, const void *b) {
        return strcmp(*(const char *const *) a, *(const char *const *) b);
}

void idset_seal(struct idset *set) {
        size_t kept = 0;

        if (set->n == 0)
                return;

        qsort(set->ids, set->n, sizeof(*set->ids), compare_ids);
        for (size_t i = 1; i < set->n; i++)
                if (strcmp(set->ids[kept], set->ids[i]) != 0)
                        set->ids[++kept] = set->ids[i];
        set->n = kept + 1;
}

const char *idset_find(const struct idset *set, const char *id) {
        const char **found =
                set->n == 0 ? NULL : bsearch(&id, set->ids, set->n, sizeof(*set->ids), compare_ids);

        return found ? *found : NULL;
}

bool idset_has(const struct idset *set, const char *id) {
        return idset_find(set, id);
}
