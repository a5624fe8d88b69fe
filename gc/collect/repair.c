/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Execute the decisions about damage. There is one request for each damage that is repaired, in the order of
 * the facts: so the results of the library have this order, too. */

#include "collect/repair.h"

#include <assert.h>
#include <string.h>

static int request_one(struct cstorage_txn *txn, const struct fact_damage *damage, struct error *reterr) {
        if (damage->part == FACT_PART_LINKS)
                return cstorage_txn_repair_links(txn, damage->imagestore, (struct cstorage_error *) reterr);
        return cstorage_txn_repair_layer(txn, damage->layer, CSTORAGE_PART_BIT(damage->part),
                                         (struct cstorage_error *) reterr);
}

/* Delete those without children; returns how many that were. */
static size_t delete_some(struct cstorage_txn *txn, const struct scan *view, bool *deleted) {
        size_t n = 0;

        for (size_t i = view->plan.n_damages; i-- > 0;) {
                if (deleted[i] || view->plan.damages[i].reason != REASON_INCOMPLETE)
                        continue;
                deleted[i] =
                        cstorage_txn_delete_incomplete_layer(txn, view->facts.damages[i].layer, NULL) >= 0;
                n += deleted[i];
        }
        return n;
}

/* Children first, in any order of the records: each pass deletes the layers that have no child left. */
static int delete_incomplete(struct cstorage_txn *txn, struct scan *view) {
        _cleanup_free_ bool *deleted = calloc(view->plan.n_damages + 1, sizeof(*deleted));

        if (!deleted)
                return -ENOMEM;
        while (delete_some(txn, view, deleted) > 0)
                ;
        for (size_t i = 0; i < view->plan.n_damages; i++)
                if (view->plan.damages[i].reason == REASON_INCOMPLETE && !deleted[i])
                        view->plan.damages[i].reason = REASON_BUSY;
        return 0;
}

int repair_request(struct cstorage_txn *txn, struct scan *view, struct error *reterr) {
        int r = 0;

        assert(txn && view);

        for (size_t i = 0; r >= 0 && i < view->plan.n_damages; i++)
                if (reason_verdict(view->plan.damages[i].reason) == VERDICT_REPAIR)
                        r = request_one(txn, &view->facts.damages[i], reterr);
        return r < 0 ? r : delete_incomplete(txn, view);
}

void repair_apply(struct outcome *outcome, const struct cstorage_trash *trash) {
        const struct cstorage_repair *repair = NULL;

        for (size_t i = outcome->first_record; i < outcome->n_subjects; i++) {
                struct subject *subject = &outcome->subjects[i];

                if (subject->result != RESULT_REPAIRED)
                        continue;
                repair = cstorage_trash_next_repair(trash, repair);
                assert(repair);
                subject_apply(subject, cstorage_repair_get_code(repair), cstorage_repair_get_text(repair));
        }
}
