/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list of the differences that were found. */

#include <string.h>

#include "base/array.h"
#include "verify/mismatch.h"

static void found_done(struct found *found) {
        free(found->path);
        free(found->texts[0]);
        free(found->texts[1]);
}

void mismatches_done(struct mismatches *list) {
        for (size_t i = 0; i < list->n; i++)
                found_done(&list->items[i]);
        free(list->items);
        *list = MISMATCHES_INIT;
}

static int copy_text(const char *text, char **ret) {
        *ret = text ? strdup(text) : NULL;
        return text && !*ret ? -ENOMEM : 0;
}

static int found_init(struct found *found, const struct archive_entry *entry,
                      const struct mismatch *mismatch) {
        *found = (struct found){
                .index = entry->index,
                .type = entry->type,
                .mismatch = *mismatch,
                .path = strdup(entry->path),
        };
        if (!found->path || copy_text(mismatch->expected_text, &found->texts[0]) < 0 ||
            copy_text(mismatch->found_text, &found->texts[1]) < 0) {
                found_done(found);
                return -ENOMEM;
        }
        found->mismatch.expected_text = found->texts[0];
        found->mismatch.found_text = found->texts[1];
        return 0;
}

int mismatches_add(struct mismatches *list, const struct archive_entry *entry,
                   const struct mismatch *mismatch) {
        int r;

        if (list->n >= MISMATCHES_MAX)
                return 0;
        r = ARRAY_RESERVE(list->items, list->cap, list->n + 1);
        if (r >= 0)
                r = found_init(&list->items[list->n], entry, mismatch);
        if (r < 0)
                return r;
        list->n++;
        return 1;
}

static int compare_index(const void *a, const void *b) {
        const struct found *x = a, *y = b;

        return (x->index > y->index) - (x->index < y->index);
}

void mismatches_sort(struct mismatches *list) {
        if (list->n > 1)
                qsort(list->items, list->n, sizeof(*list->items), compare_index);
}
