/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The unreferenced layers and containers that a container of this boot may use. */

#include "plan/liveness.h"

/* Whether age does not matter: early at boot no container is running whose record was not read, and with
 * --recent the search for processes and mounts may have found all running containers. */
static bool judged_by_records_alone(const struct facts *facts, const struct policy *policy) {
        return facts->at_boot || (policy->recent && facts->uses_seen);
}

/*
 * Unless the run is proven to be at boot, a container of this boot may be running although its record was not
 * read. Each start changes the objects that the container uses, so no container uses an object that has not
 * changed since the boot.
 */
bool liveness_is_recent(const struct facts *facts, const struct policy *policy,
                        const struct fact_entry *entry) {
        return !judged_by_records_alone(facts, policy) && fact_entry_is_examined(entry) &&
               !fact_entry_is_gone(entry) && entry->identity.changed_ns >= facts->boot_ns;
}

static bool has_recent_container(const struct references *references, const struct facts *facts,
                                 const struct policy *policy) {
        for (size_t i = 0; i < facts->n_entries; i++)
                if (facts->entries[i].kind == CSTORAGE_ENTRY_CONTAINER_DIR &&
                    !idset_has(&references->containers, facts->entries[i].name) &&
                    liveness_is_recent(facts, policy, &facts->entries[i]))
                        return true;
        return false;
}

/* A directory that cannot be listed may contain recent layers. */
static bool every_layer_may_be_used(const struct references *references, const struct facts *facts,
                                    const struct policy *policy) {
        if (judged_by_records_alone(facts, policy))
                return false;
        return references_has_hidden_signs(facts) ||
               (facts->starts_unmarked && has_recent_container(references, facts, policy));
}

/* The time of a layer is that of the latest change of its directories, links and files. */
void liveness_mark_recent_layers(struct references *references, const struct facts *facts,
                                 const struct policy *policy) {
        bool all = every_layer_may_be_used(references, facts, policy);

        for (size_t i = 0; i < facts->n_entries; i++)
                if (fact_kind_is_of_layer(facts->entries[i].kind) &&
                    (all || liveness_is_recent(facts, policy, &facts->entries[i])))
                        *references_marks(references, i) |= MARK_RECENT;
}

/* Ids of other stores may be in use as well; such an id has no directory in this store. */
bool liveness_has_unexplained_use(const struct references *references, const struct facts *facts) {
        if (facts->n_in_use > 0 && references_has_hidden_signs(facts))
                return true;

        for (size_t i = 0; i < facts->n_entries; i++) {
                const struct fact_entry *entry = &facts->entries[i];
                uint32_t marks = *references_marks(references, i);

                if (entry->kind == CSTORAGE_ENTRY_LAYER_DIR && (marks & MARK_IN_USE) &&
                    !(marks & (MARK_RECORDS | MARK_REFERENCES)))
                        return true;
                if (entry->kind == CSTORAGE_ENTRY_CONTAINER_DIR &&
                    idset_has(&references->in_use, entry->name) &&
                    !idset_has(&references->containers, entry->name))
                        return true;
        }
        return false;
}
