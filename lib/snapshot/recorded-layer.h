/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "driver/driver.h"
#include "snapshot/snapshot.h"

/* A layer as its record describes it, for the functions of the driver that examine and repair it. */
struct described_layer {
        struct recorded_layer layer;
        enum cstorage_part_state directory;
        const char *parents[LOWERS_MAX + 1];
};

/*
 * Describe a layer of this store: its parents and its directory. layer.above is left empty. The strings
 * belong to the snapshot; layer points into ret, which must not be moved. Negative errno if the directory
 * cannot be examined.
 */
int recorded_layer_describe(const struct cstorage_snapshot *snapshot, const struct item *item,
                            const struct homes *homes, struct described_layer *ret, struct error *reterr);

/* Examine a layer that is described. */
int recorded_layer_examine(const struct cstorage_snapshot *snapshot, const struct item *item,
                           const struct described_layer *described, const struct homes *homes,
                           struct cstorage_layer_stat *ret, struct error *reterr);

/* Whether mountpoints.json lists the layer. */
bool recorded_layer_is_mounted(const struct cstorage_snapshot *snapshot, const char *id);
