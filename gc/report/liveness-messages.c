/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "report/liveness-messages.h"

#include <string.h>

#include "util/log.h"

static size_t count(const struct plan *plan, enum reason reason) {
        size_t n = 0;

        for (size_t i = 0; i < plan->n; i++)
                n += plan->decisions[i].reason == reason;
        return n;
}

void liveness_print_recent(const struct scan *view, bool recent) {
        size_t n = count(&view->plan, REASON_RECENT);

        if (n == 0 || (recent && view->facts.uses_seen))
                return;
        if (recent)
                log_error("--recent removes nothing here: %s. Kept %zu orphans that changed since the boot; "
                          "run this as "
                          "root on the host to remove them",
                          view->facts.uses_unseen, n);
        else
                log_notice("kept %zu orphans that changed since the boot. A run after the next boot removes "
                           "them; "
                           "to remove them now, use --recent, which first checks that nothing uses them",
                           n);
}

/* The entry that is kept because of this use; NULL if its record is the reason. */
static const struct fact_entry *find_unexplained(const struct scan *view, const struct fact_use *use) {
        for (size_t i = 0; i < view->facts.n_entries; i++)
                if (view->plan.decisions[i].reason == REASON_IN_USE &&
                    strcmp(view->facts.entries[i].name, use->id) == 0)
                        return &view->facts.entries[i];
        return NULL;
}

void liveness_print_unexplained(const struct scan *view) {
        const struct facts *facts = &view->facts;

        if (count(&view->plan, REASON_RUNROOT_UNSEEN) == 0)
                return;
        for (size_t i = 0; i < facts->n_in_use; i++) {
                const struct fact_entry *entry = find_unexplained(view, &facts->in_use[i]);

                if (entry)
                        log_error("%s is in use by %s, but no runroot that was found has a record of it; the "
                                  "configured one is %s. It is kept",
                                  entry->path, facts->in_use[i].by, facts->runroot);
        }
}
