/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Execute the plan. While execute() runs, container engines wait for the locks, so it only requests the
 * removals and commits. execute_apply() converts the results for the reports, and runs without the locks.
 */

#include <string.h>

#include "collect/execute.h"

static int ask_for(struct cstorage_txn *txn, struct fact_entry *entry, enum verdict verdict) {
        switch (verdict) {
        case VERDICT_REMOVE:
                return cstorage_txn_trash_entry(txn, entry->entry, &entry->identity, entry);
        case VERDICT_REPAIR:
                return cstorage_txn_reset_volatile_file(txn, entry->entry, &entry->identity, entry);
        case VERDICT_KEEP:
        case VERDICT_REFUSE:
                break;
        }
        return 0;
}

int execute(struct cstorage_txn *txn, const struct scan *view, struct cstorage_trash **ret,
            struct error *reterr) {
        int r;

        for (size_t i = 0; i < view->plan.n; i++) {
                struct fact_entry *entry = &view->facts.entries[i];

                r = ask_for(txn, entry, reason_verdict(view->plan.decisions[i].reason));
                if (r < 0)
                        return error_errno(reterr, r, "cannot request the removal or the repair of %s",
                                           entry->path);
        }
        return cstorage_txn_commit(txn, ret, (struct cstorage_error *) reterr);
}

/* If an entry changed after the scan, another process changed it. Report that, not the reason of the plan. */
void execute_apply_one(struct subject *subject, int code, const char *text) {
        switch (code) {
        case 0:
                return;
        case -ENOENT:
                subject->reason = REASON_VANISHED;
                break;
        case -ESTALE:
                subject->reason = REASON_CHANGED;
                break;
        case -EBUSY:
                subject->reason = REASON_BUSY;
                break;
        case -ECANCELED:
                subject->reason = REASON_LAYER_REFUSED;
                break;
        default:
                subject_fail(subject, text && text[0] ? text : strerror(-code));
                return;
        }
        subject->result = result_of(subject->reason);
}

void execute_apply(struct outcome *outcome, const struct cstorage_trash *trash) {
        const struct cstorage_trash_item *item = NULL;

        while ((item = cstorage_trash_next_item(trash, item))) {
                struct subject *subject = outcome_find(outcome, cstorage_trash_item_get_userdata(item));

                if (subject)
                        execute_apply_one(subject, cstorage_trash_item_get_code(item),
                                          cstorage_trash_item_get_text(item));
        }
}
