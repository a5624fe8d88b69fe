/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/layer-chains.h"

#include <assert.h>

enum direction {
        TO_PARENTS,
        TO_CHILDREN,
};

/* Find the layers that are one step away from a layer of the set. */
static int find_next(struct idset *next, const struct idset *set, const struct facts *facts,
                     enum direction direction) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < facts->n_layers; i++) {
                const char *id = facts->layers[i].id, *parent = facts->layers[i].parent;
                const char *from = direction == TO_PARENTS ? id : parent,
                           *to = direction == TO_PARENTS ? parent : id;

                if (parent && idset_has(set, from) && !idset_has(set, to))
                        r = idset_add(next, to);
        }
        return r;
}

static int add_all(struct idset *set, const struct idset *next) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < next->n; i++)
                r = idset_add(set, next->ids[i]);
        idset_seal(set);
        return r;
}

/* One step of all chains at a time. It ends even if damaged records have a cycle: each step adds an id. */
static int spread(struct idset *set, const struct facts *facts, enum direction direction) {
        bool found = true;
        int r = 0;

        while (r >= 0 && found) {
                _cleanup_idset_ struct idset next = IDSET_INIT;

                r = find_next(&next, set, facts, direction);
                found = next.n > 0;
                if (r >= 0)
                        r = add_all(set, &next);
        }
        return r;
}

int layer_chains_add_parents(struct idset *set, const struct facts *facts) {
        assert(set && facts);
        return spread(set, facts, TO_PARENTS);
}

int layer_chains_add_children(struct idset *set, const struct facts *facts) {
        assert(set && facts);
        return spread(set, facts, TO_CHILDREN);
}
