/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scan/damage.h"

#include <assert.h>
#include <string.h>

#include "base/idset.h"
#include "scan/content.h"
#include "scan/layer-path.h"

/* ---------------------------------------------------------------------------------- missing directories */

static bool is_of_this_store(enum cstorage_location location) {
        return location != CSTORAGE_LOCATION_ADDITIONAL;
}

static int find_directories(struct idset *set, const struct facts *facts) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < facts->n_entries; i++)
                if (facts->entries[i].kind == CSTORAGE_ENTRY_LAYER_DIR)
                        r = idset_add(set, facts->entries[i].name);
        idset_seal(set);
        return r;
}

/* The number of layers of this store, and of those without a directory. */
static int count_missing(const struct facts *facts, size_t *ret_layers, size_t *ret_missing) {
        _cleanup_idset_ struct idset directories = IDSET_INIT;
        int r;

        *ret_layers = *ret_missing = 0;
        r = find_directories(&directories, facts);
        for (size_t i = 0; r >= 0 && i < facts->n_layers; i++)
                if (is_of_this_store(facts->layers[i].location)) {
                        (*ret_layers)++;
                        *ret_missing += !idset_has(&directories, facts->layers[i].id);
                }
        return r;
}

/* --------------------------------------------------------------------------------------------- examining */

static int add(struct facts *facts, const struct fact_damage *damage) {
        struct fact_damage *fact = facts_add_damage(facts);

        if (!fact)
                return -ENOMEM;
        *fact = *damage;
        return 0;
}

static int add_parts(struct facts *facts, const char *layer, const struct cstorage_layer_stat *stat) {
        struct fact_damage damage = {.layer = layer, .imagestore = stat->in_imagestore};
        int r = 0;

        if (stat->damaged)
                r = layer_path(facts, stat->in_imagestore, layer, &damage.path);
        for (unsigned part = 0; r >= 0 && part < CSTORAGE_PARTS_MAX; part++) {
                if (!(stat->damaged & CSTORAGE_PART_BIT(part)))
                        continue;
                damage.part = (enum cstorage_layer_part) part;
                damage.state = stat->parts[part];
                damage.repairable = stat->repairable & CSTORAGE_PART_BIT(part);
                r = add(facts, &damage);
        }
        return r;
}

static int add_incomplete(struct facts *facts, const struct cstorage_layer *layer) {
        struct fact_damage damage = {
                .layer = cstorage_layer_get_id(layer),
                .part = FACT_PART_RECORD,
                .state = CSTORAGE_STATE_INVALID,
                .imagestore = cstorage_layer_get_location(layer) == CSTORAGE_LOCATION_IMAGESTORE,
        };
        int r;

        r = layer_path(facts, damage.imagestore, damage.layer, &damage.path);
        return r < 0 ? r : add(facts, &damage);
}

/* The other parts of an incomplete layer do not matter. A layer that cannot be examined is no damage: the
 * scan of its directory reports the error. */
static int examine_layer(struct facts *facts, const struct cstorage_snapshot *snapshot,
                         const struct cstorage_layer *layer) {
        struct cstorage_layer_stat stat;
        int r;

        if (cstorage_layer_is_incomplete(layer))
                return add_incomplete(facts, layer);
        r = cstorage_layer_stat(snapshot, layer, &stat, NULL);
        if (r < 0)
                return r == -ENOMEM ? r : 0;
        return add_parts(facts, cstorage_layer_get_id(layer), &stat);
}

static int examine_layers(struct facts *facts, const struct cstorage_snapshot *snapshot) {
        const struct cstorage_layer *layer = NULL;
        int r = 0;

        while (r >= 0 && (layer = cstorage_snapshot_next_layer(snapshot, layer)))
                if (is_of_this_store(cstorage_layer_get_location(layer)))
                        r = examine_layer(facts, snapshot, layer);
        return r;
}

/* Whether every layer of this store and of additional stores is known. */
static bool has_all_layers(const struct facts *facts) {
        for (size_t i = 0; i < facts->n_files; i++)
                if (facts->files[i].kind == CSTORAGE_RECORD_FILE_LAYERS &&
                    facts->files[i].state != CSTORAGE_RECORD_FILE_OK &&
                    facts->files[i].state != CSTORAGE_RECORD_FILE_MISSING)
                        return false;
        return true;
}

/* The layers that images, containers and other layers need. Images without layers are valid, and incomplete
 * layers are deleted without their parents. */
static int find_needed(struct idset *needed, const struct facts *facts) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < facts->n_layers; i++)
                if (is_of_this_store(facts->layers[i].location) && !facts->layers[i].incomplete)
                        r = idset_add(needed, facts->layers[i].parent);
        for (size_t i = 0; r >= 0 && i < facts->n_images; i++)
                if (is_of_this_store(facts->images[i].location))
                        r = idset_add(needed, facts->images[i].layer);
        for (size_t i = 0; r >= 0 && i < facts->n_containers; i++)
                r = idset_add(needed, facts->containers[i].layer);
        idset_seal(needed);
        return r;
}

static int find_recorded(struct idset *recorded, const struct facts *facts) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < facts->n_layers; i++)
                r = idset_add(recorded, facts->layers[i].id);
        idset_seal(recorded);
        return r;
}

static int add_unrecorded(struct facts *facts, const char *layer) {
        struct fact_damage damage = {.layer = layer,
                                     .part = FACT_PART_RECORD,
                                     .state = CSTORAGE_STATE_MISSING};
        int r;

        r = layer_path(facts, /* in_imagestore= */ false, layer, &damage.path);
        return r < 0 ? r : add(facts, &damage);
}

/* Find the layers that are needed and have no record, each once. */
static int find_unrecorded(struct facts *facts) {
        _cleanup_idset_ struct idset needed = IDSET_INIT, recorded = IDSET_INIT;
        int r;

        if (!has_all_layers(facts))
                return 0;
        r = find_needed(&needed, facts);
        if (r >= 0)
                r = find_recorded(&recorded, facts);
        for (size_t i = 0; r >= 0 && i < needed.n; i++)
                if (!idset_has(&recorded, needed.ids[i]))
                        r = add_unrecorded(facts, needed.ids[i]);
        return r;
}

static bool has_directory(const struct facts *facts, bool in_imagestore) {
        for (size_t i = 0; i < facts->n_entries; i++)
                if (facts->entries[i].kind == CSTORAGE_ENTRY_LAYER_DIR &&
                    facts->entries[i].imagestore == in_imagestore)
                        return true;
        return false;
}

static int examine_links(struct facts *facts, const struct cstorage_store *store, bool in_imagestore) {
        struct fact_damage damage = {.layer = "",
                                     .part = FACT_PART_LINKS,
                                     .imagestore = in_imagestore,
                                     .repairable = true};
        int r;

        if (!has_directory(facts, in_imagestore))
                return 0;
        r = cstorage_store_stat_links(store, in_imagestore, &damage.state, NULL);
        if (r < 0 || damage.state == CSTORAGE_STATE_NONE || damage.state == CSTORAGE_STATE_OK)
                return r == -ENOMEM ? r : 0;
        r = layer_path(facts, in_imagestore, "l", &damage.path); /* it is beside the layers */
        return r < 0 ? r : add(facts, &damage);
}

int damage_scan(struct facts *facts, const struct cstorage_store *store,
                const struct cstorage_snapshot *snapshot, unsigned content_percent) {
        size_t layers, missing;
        int r;

        assert(facts && store && snapshot);

        r = find_unrecorded(facts);
        if (r >= 0)
                r = count_missing(facts, &layers, &missing);
        if (r < 0 || missing == layers) /* a file system that is not mounted is no damage */
                return r;
        r = examine_links(facts, store, /* in_imagestore= */ false);
        if (r >= 0)
                r = examine_links(facts, store, /* in_imagestore= */ true);
        if (r >= 0)
                r = examine_layers(facts, snapshot);
        return r < 0 || content_percent == 0 ? r : content_scan(facts, snapshot, content_percent);
}
