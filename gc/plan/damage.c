/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/damage.h"

#include <assert.h>
#include <string.h>

#include "plan/layer-chains.h"

void damage_rules_done(struct damage_rules *rules) {
        idset_done(&rules->needed);
        idset_done(&rules->lost);
        *rules = DAMAGE_RULES_INIT;
}

/* Only records that podman keeps: it deletes incomplete layers, also if other records refer to them
 * (layers.go:load). */
static int add_references(struct idset *set, const struct facts *facts) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < facts->n_layers; i++)
                if (!facts->layers[i].incomplete)
                        r = idset_add(set, facts->layers[i].parent);
        for (size_t i = 0; r >= 0 && i < facts->n_containers; i++)
                r = idset_add(set, facts->containers[i].layer);
        for (size_t i = 0; r >= 0 && i < facts->n_images; i++) {
                r = idset_add(set, facts->images[i].layer);
                for (size_t k = 0; r >= 0 && k < facts->images[i].n_mapped; k++)
                        r = idset_add(set, facts->images[i].mapped[k]);
        }
        idset_seal(set);
        return r;
}

static bool is_content_lost(const struct fact_damage *damage) {
        return damage->part == CSTORAGE_PART_DIRECTORY ||
               (damage->part == CSTORAGE_PART_DIFF && !damage->repairable);
}

static int find_lost(struct idset *lost, const struct facts *facts) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < facts->n_damages; i++)
                if (is_content_lost(&facts->damages[i]))
                        r = idset_add(lost, facts->damages[i].layer);
        idset_seal(lost);
        return r;
}

int damage_rules_make(struct damage_rules *rules, const struct facts *facts,
                      const struct references *references, const struct policy *policy) {
        int r;

        *rules = (struct damage_rules){.facts = facts, .references = references, .policy = policy};
        if (facts->n_damages == 0)
                return 0;
        r = find_lost(&rules->lost, facts);
        if (r >= 0)
                r = add_references(&rules->needed, facts);
        return r < 0 ? r : layer_chains_add_parents(&rules->needed, facts);
}

static bool is_mounted(const struct facts *facts, const char *layer) {
        for (size_t i = 0; i < facts->n_mounts; i++)
                if (strcmp(facts->mounts[i], layer) == 0)
                        return true;
        return false;
}

/* Why the layer must stay as it is at the moment; REASON_COUNT if nothing uses it. */
static enum reason use_of(const struct damage_rules *rules, const char *layer) {
        if (idset_has(&rules->references->in_use, layer))
                return REASON_IN_USE;
        return is_mounted(rules->facts, layer) ? REASON_MOUNTED : REASON_COUNT;
}

static enum reason incomplete_reason(const struct damage_rules *rules, const struct fact_damage *damage) {
        enum reason use = use_of(rules, damage->layer);

        if (idset_has(&rules->needed, damage->layer))
                return REASON_LAYER_INCOMPLETE;
        return use == REASON_COUNT ? REASON_INCOMPLETE : use;
}

static enum reason repair_reason(const struct damage_rules *rules, const struct fact_damage *damage) {
        enum reason use;

        switch (damage->part) {
        case CSTORAGE_PART_LINK:
        case CSTORAGE_PART_SHORT_LINK:
                return REASON_LINK_DAMAGED;
        case CSTORAGE_PART_LOWER:
        case CSTORAGE_PART_LOWER_LAYERS:
                return REASON_LOWER_DAMAGED;
        case CSTORAGE_PART_MERGED:
                use = use_of(rules, damage->layer);
                if (damage->state == CSTORAGE_STATE_NOT_EMPTY)
                        return use == REASON_COUNT ? REASON_MERGED_NOT_EMPTY : use;
                return REASON_PART_MISSING;
        case CSTORAGE_PART_DIRECTORY:
        case CSTORAGE_PART_DIFF:
        case CSTORAGE_PART_EMPTY:
        case CSTORAGE_PART_WORK:
                return REASON_PART_MISSING;
        }
        return REASON_LINKS_DAMAGED;
}

static enum reason reason_by_part(const struct damage_rules *rules, const struct fact_damage *damage) {
        if (damage->part == FACT_PART_RECORD)
                return damage->state == CSTORAGE_STATE_MISSING ? REASON_LAYER_UNRECORDED
                                                               : incomplete_reason(rules, damage);
        if (damage->part == FACT_PART_CONTENT)
                return REASON_CONTENT_DAMAGED;
        if (damage->part == CSTORAGE_PART_DIRECTORY)
                return damage->state == CSTORAGE_STATE_MISSING ? REASON_LAYER_MISSING : REASON_LAYER_DAMAGED;
        if (!damage->repairable || idset_has(&rules->lost, damage->layer))
                return REASON_LAYER_DAMAGED;
        return repair_reason(rules, damage);
}

enum reason damage_reason(const struct damage_rules *rules, const struct fact_damage *damage) {
        enum reason reason = reason_by_part(rules, damage);
        enum verdict verdict = reason_verdict(reason);

        if (!rules->policy->repair && (verdict == VERDICT_REPAIR || verdict == VERDICT_REMOVE))
                return REASON_REPAIR_DISABLED;
        return reason;
}
