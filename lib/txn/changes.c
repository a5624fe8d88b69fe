/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list of the changes that a commit makes. */

#include <string.h>

#include "base/array.h"
#include "txn/changes.h"

static void change_done(struct change *change) {
        free(change->id);
        free(change->name);
        free(change->data);
        strlist_done(&change->options);
        free(change->label);
}

void changes_truncate(struct changes *changes, size_t n) {
        while (changes->n > n)
                change_done(&changes->items[--changes->n]);
}

void changes_done(struct changes *changes) {
        changes_truncate(changes, 0);
        free(changes->items);
        *changes = (struct changes){0};
}

int changes_add(struct changes *changes, enum change_kind kind, enum cstorage_object object, const char *id,
                struct change **ret) {
        _cleanup_free_ char *copy = strdup(id);
        int r;

        if (!copy)
                return -ENOMEM;

        r = ARRAY_RESERVE(changes->items, changes->cap, changes->n + 1);
        if (r < 0)
                return r;

        changes->items[changes->n] = (struct change){.kind = kind, .object = object, .id = TAKE_PTR(copy)};
        *ret = &changes->items[changes->n++];
        return 0;
}

void changes_drop(struct changes *changes, enum cstorage_object object, const char *id) {
        size_t kept = 0;

        for (size_t i = 0; i < changes->n; i++) {
                struct change *change = &changes->items[i];

                if (change->object == object && strcmp(change->id, id) == 0)
                        change_done(change);
                else
                        changes->items[kept++] = *change;
        }
        changes->n = kept;
}

struct change *changes_find(const struct changes *changes, enum change_kind kind, enum cstorage_object object,
                            const char *id) {
        for (size_t i = 0; i < changes->n; i++) {
                struct change *change = &changes->items[i];

                if (change->kind == kind && change->object == object && strcmp(change->id, id) == 0)
                        return change;
        }
        return NULL;
}

bool changes_have(const struct changes *changes, enum change_kind kind) {
        for (size_t i = 0; i < changes->n; i++)
                if (changes->items[i].kind == kind)
                        return true;
        return false;
}
