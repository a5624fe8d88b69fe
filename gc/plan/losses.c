/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/losses.h"

#include <assert.h>

#include "base/array.h"
#include "base/idset.h"
#include "plan/layer-chains.h"

static bool is_lost(enum reason reason) {
        return reason == REASON_LAYER_MISSING || reason == REASON_LAYER_DAMAGED ||
               reason == REASON_LAYER_INCOMPLETE || reason == REASON_LAYER_UNRECORDED ||
               reason == REASON_CONTENT_DAMAGED;
}

static int find_lost_layers(struct idset *lost, const struct plan *plan, const struct facts *facts) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < plan->n_damages; i++)
                if (is_lost(plan->damages[i].reason))
                        r = idset_add(lost, facts->damages[i].layer);
        idset_seal(lost);
        return r < 0 ? r : layer_chains_add_children(lost, facts);
}

static int add_loss(struct plan *plan, enum reason reason, size_t index) {
        int r = ARRAY_RESERVE(plan->losses, plan->cap_losses, plan->n_losses + 1);

        if (r < 0)
                return r;
        plan->losses[plan->n_losses++] = (struct loss){reason, index};
        return 0;
}

/* podman makes a mapped layer anew from the top layer. Images of additional stores are not this store's. */
static int add_images(struct plan *plan, const struct facts *facts, const struct idset *lost) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < facts->n_images; i++)
                if (facts->images[i].location != CSTORAGE_LOCATION_ADDITIONAL && facts->images[i].layer &&
                    idset_has(lost, facts->images[i].layer))
                        r = add_loss(plan, REASON_IMAGE_LOST, i);
        return r;
}

static int add_containers(struct plan *plan, const struct facts *facts, const struct idset *lost) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < facts->n_containers; i++)
                if (facts->containers[i].layer && idset_has(lost, facts->containers[i].layer))
                        r = add_loss(plan, REASON_CONTAINER_LOST, i);
        return r;
}

int losses_find(struct plan *plan, const struct facts *facts) {
        _cleanup_idset_ struct idset lost = IDSET_INIT;
        int r;

        assert(plan && facts && plan->n_losses == 0);

        r = find_lost_layers(&lost, plan, facts);
        if (r < 0)
                return r;
        r = add_images(plan, facts, &lost);
        return r < 0 ? r : add_containers(plan, facts, &lost);
}
