/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the forms of a report share: the order, and the names. */

#include "report.h"

const char *kind_name(enum cstorage_entry_kind kind) {
        static const char *const names[] = {
                [CSTORAGE_ENTRY_LAYER_DIR] = "layer-dir",
                [CSTORAGE_ENTRY_CONTAINER_DIR] = "container-dir",
                [CSTORAGE_ENTRY_IMAGE_DIR] = "image-dir",
                [CSTORAGE_ENTRY_TAR_SPLIT] = "tar-split",
                [CSTORAGE_ENTRY_LAYER_DATA] = "layer-data",
                [CSTORAGE_ENTRY_LINK] = "link",
                [CSTORAGE_ENTRY_TEMP_DIR] = "temp-dir",
                [CSTORAGE_ENTRY_STAGING] = "staging",
                [CSTORAGE_ENTRY_SAVE_LEFTOVER] = "save-leftover",
        };

        assert((size_t) kind < ARRAY_SIZE(names));
        return names[kind];
}

/* All entries, the kept ones made up on the way: there is no memory of them but in the plan. */
static bool next_of_all(const struct outcome *outcome, size_t *i, struct subject *ret) {
        const struct subject *subject;

        if (!outcome->plan || *i >= outcome->plan->n)
                return false;

        subject = outcome_find(outcome, outcome->facts->entries[*i].entry);
        if (subject)
                *ret = *subject;
        else
                *ret = (struct subject){
                        .entry = &outcome->facts->entries[*i],
                        .fate = FATE_KEPT,
                        .reason = outcome->plan->decisions[*i].reason,
                };
        (*i)++;
        return true;
}

bool report_next(const struct outcome *outcome, bool verbose, size_t *i, struct subject *ret) {
        if (verbose)
                return next_of_all(outcome, i, ret);

        for (; *i < outcome->n_subjects; (*i)++)
                if (outcome->subjects[*i].fate != FATE_KEPT) {
                        *ret = outcome->subjects[(*i)++];
                        return true;
                }
        return false;
}
