/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Execute the plan. While execute() runs, container engines wait for the locks, so it only requests the
 * removals and commits. execute_apply() converts the results for the reports, and runs without the locks.
 */

#include <string.h>

#include "collect/execute.h"
#include "collect/repair.h"

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

int execute(struct cstorage_txn *txn, struct scan *view, struct cstorage_trash **ret, struct error *reterr) {
        int r;

        for (size_t i = 0; i < view->plan.n; i++) {
                struct fact_entry *entry = &view->facts.entries[i];

                r = ask_for(txn, entry, reason_verdict(view->plan.decisions[i].reason));
                if (r < 0)
                        return error_errno(reterr, r, "cannot request the removal or the repair of %s",
                                           entry->path);
        }
        r = repair_request(txn, view, reterr);
        return r < 0 ? r : cstorage_txn_commit(txn, ret, (struct cstorage_error *) reterr);
}

void execute_apply(struct outcome *outcome, const struct cstorage_trash *trash) {
        const struct cstorage_trash_item *item = NULL;

        while ((item = cstorage_trash_next_item(trash, item))) {
                const struct fact_entry *entry = cstorage_trash_item_get_userdata(item);
                struct subject *subject = entry ? outcome_find(outcome, entry) : NULL;

                if (subject)
                        subject_apply(subject, cstorage_trash_item_get_code(item),
                                      cstorage_trash_item_get_text(item));
        }
        repair_apply(outcome, trash);
}
