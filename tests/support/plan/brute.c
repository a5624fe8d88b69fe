/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The rules, without optimisation. It uses no table, number or set of the plan, and another order.
 */

#include <assert.h>
#include <string.h>

#include "brute-parts.h"
#include "brute.h"

/* ----------------------------------------------------------------------------------- unknown lowers */

/*
 * A referenced layer without a record, whose directory does not contain its lowers.
 */
static bool is_a_gap(const struct brute *b, const struct fact_entry *e) {
        if (e->kind != CSTORAGE_ENTRY_LAYER_DIR || has_layer_record(b->f, e->name, ANYWHERE) ||
            !(is_spoken_for(b, e->name) || layer_is_recent(b, e->name)))
                return false;
        if (!e->examined || *e->problem)
                return true;
        if (e->split_layer && !e->imagestore && !has_directory(b->f, e->name, true, false))
                return true;
        return !is_absent(e) && (e->identity.type != CSTORAGE_TYPE_DIRECTORY || e->identity.other_mount ||
                                 e->overlay_lower_unknown);
}

static bool has_gaps(const struct brute *b) {
        for (size_t i = 0; i < b->f->n_entries; i++)
                if (is_a_gap(b, &b->f->entries[i]))
                        return true;
        return !homes_are_listed(b->f);
}

/* ------------------------------------------------------------------------- entries of other stores */

static bool halves_are_elsewhere(const struct facts *f) {
        bool here = false;

        for (size_t i = 0; i < f->n_entries; i++) {
                const struct fact_entry *e = &f->entries[i];

                if (e->split_layer && e->imagestore && has_directory(f, e->name, false, true))
                        return false;
                here |= e->split_layer && !e->imagestore;
        }
        return here;
}

static bool pulled_layers_are_elsewhere(const struct facts *f) {
        bool foreign = false;
        char buffer[512];

        for (size_t i = 0; i < f->n_entries; i++) {
                const char *layer = layer_of(&f->entries[i], buffer);

                if (!is_side_file(&f->entries[i]) || !*layer)
                        continue;
                if (has_layer_record(f, layer, ANYWHERE))
                        return false;
                foreign |= !has_directory(f, layer, true, true);
        }
        return foreign;
}

static bool is_lost_without_directory(const struct facts *f, const char *layer) {
        return layer && is_lost(f, layer) && !has_directory(f, layer, true, true);
}

static bool is_stable(enum cstorage_location location) {
        return location == CSTORAGE_LOCATION_STABLE || location == CSTORAGE_LOCATION_IMAGESTORE;
}

static bool images_are_elsewhere(const struct facts *f) {
        for (size_t i = 0; i < f->n_layers; i++) {
                const struct fact_layer *layer = &f->layers[i];

                if (*layer->id && !layer->incomplete && is_stable(layer->location) &&
                    !has_directory(f, layer->id, true, true))
                        return true;
        }
        for (size_t i = 0; i < f->n_containers; i++)
                if (f->containers[i].image && *f->containers[i].image &&
                    !has_image_record(f, f->containers[i].image))
                        return true;
        return halves_are_elsewhere(f) || pulled_layers_are_elsewhere(f);
}

static bool image_has_layers_elsewhere(const struct facts *f, const struct fact_image *image) {
        for (size_t i = 0; i < image->n_mapped; i++)
                if (is_lost_without_directory(f, image->mapped[i]))
                        return true;
        return is_lost_without_directory(f, image->layer);
}

static bool layers_are_elsewhere(const struct facts *f) {
        for (size_t i = 0; i < f->n_layers; i++)
                if (is_lost_without_directory(f, f->layers[i].parent))
                        return true;
        for (size_t i = 0; i < f->n_containers; i++)
                if (is_lost_without_directory(f, f->containers[i].layer))
                        return true;
        for (size_t i = 0; i < f->n_images; i++)
                if (image_has_layers_elsewhere(f, &f->images[i]))
                        return true;
        return images_are_elsewhere(f);
}

static bool images_may_hide(const struct facts *f) {
        return !side_files_are_listed(f) || !homes_are_listed(f);
}

/* -------------------------------------------------------------------------------------------- what may go */

static bool layer_may_go(const struct brute *b, size_t i) {
        const struct fact_entry *e = &b->f->entries[i];

        return !b->stays[i] && is_sound(e) && is_named_by_an_id(e) && !layers_are_doubtful(b) &&
               !has_gaps(b) && side_files_are_listed(b->f) && !(e->split_layer && halves_are_elsewhere(b->f));
}

static bool side_file_may_go(const struct brute *b, const struct fact_entry *e) {
        char buffer[512];
        const char *layer = layer_of(e, buffer);

        if (is_spoken_for(b, layer) || layer_is_recent(b, layer) || !is_named_by_an_id(e) || !is_sound(e) ||
            layers_are_doubtful(b) || has_gaps(b))
                return false;
        if (!has_directory(b->f, layer, true, true) &&
            (layers_are_elsewhere(b->f) || (e->kind == CSTORAGE_ENTRY_QUOTA && images_may_hide(b->f))))
                return false;
        for (size_t i = 0; i < b->f->n_entries; i++) {
                const struct fact_entry *dir = &b->f->entries[i];

                if (dir->kind == CSTORAGE_ENTRY_LAYER_DIR && same(dir->name, layer) && !is_absent(dir) &&
                    !layer_may_go(b, i))
                        return false;
        }
        return true;
}

static bool link_may_go(const struct brute *b, const struct fact_entry *e) {
        bool has_dir = false;

        if (!is_sound(e) || (e->id && is_spoken_for(b, e->id)))
                return false;
        for (size_t i = 0; i < b->f->n_entries; i++) {
                const struct fact_entry *dir = &b->f->entries[i];

                if (dir->kind != CSTORAGE_ENTRY_LAYER_DIR || !same(dir->name, e->id))
                        continue;
                if (!layer_may_go(b, i))
                        return false;
                has_dir |= dir->imagestore == e->imagestore;
        }
        return has_dir || (is_hex_id(e->id) && !layers_are_doubtful(b) && homes_are_listed(b->f) &&
                           !layer_is_recent(b, e->id));
}

/* An entry of this store is in use and has no record. */
static bool runroot_is_unseen(const struct brute *b) {
        if (b->f->n_in_use > 0 && signs_may_hide(b->f))
                return true;
        for (size_t i = 0; i < b->f->n_entries; i++) {
                const struct fact_entry *e = &b->f->entries[i];

                if (e->kind == CSTORAGE_ENTRY_LAYER_DIR && is_in_use(b->f, e->name) &&
                    !has_layer_record(b->f, e->name, ANYWHERE) && !is_referred_to(b->f, e->name, ANYWHERE))
                        return true;
                if (e->kind == CSTORAGE_ENTRY_CONTAINER_DIR && is_in_use(b->f, e->name) &&
                    !has_container_record(b->f, e->name))
                        return true;
        }
        return false;
}

static bool container_dir_may_go(const struct brute *b, const struct fact_entry *e) {
        return !has_container_record(b->f, e->name) && !is_set_aside(b->f, e->name) && is_named_by_an_id(e) &&
               is_sound(e) && !containers_are_doubtful(b) && !is_in_use(b->f, e->name) &&
               !runroot_is_unseen(b) && !entry_is_recent(b, e);
}

static bool image_dir_may_go(const struct brute *b, const struct fact_entry *e) {
        return !has_image_record(b->f, e->name) && !is_made_of(b->f, e->name) &&
               !is_set_aside(b->f, e->name) && is_named_by_an_id(e) && is_sound(e) &&
               !images_are_doubtful(b) && !images_may_hide(b->f) && !images_are_elsewhere(b->f) &&
               !entry_is_recent(b, e);
}

static bool temp_dir_may_go(const struct brute *b, const struct fact_entry *e) {
        bool old = b->f->now_ns - e->identity.changed_ns >= b->policy->temp_young_ns;

        if (!is_sound(e) || e->identity.lock == CSTORAGE_ENTRY_LOCK_HELD)
                return false;
        if (strncmp(e->name, "lock-", 5) == 0 || e->identity.lock == CSTORAGE_ENTRY_LOCK_NONE)
                return old;
        return true;
}

static bool staging_may_go(const struct brute *b, const struct fact_entry *e) {
        return is_sound(e) && e->identity.lock != CSTORAGE_ENTRY_LOCK_HELD &&
               (b->f->at_boot || e->identity.changed_ns < b->f->boot_ns);
}

static bool probe_may_go(const struct brute *b, const struct fact_entry *e) {
        return is_sound(e) && (b->f->at_boot || e->identity.changed_ns < b->f->boot_ns) &&
               !is_spoken_for(b, e->name) && !layers_are_doubtful(b) && !has_gaps(b);
}

static bool entry_may_go(const struct brute *b, size_t i) {
        const struct fact_entry *e = &b->f->entries[i];

        switch (e->kind) {
        case CSTORAGE_ENTRY_LAYER_DIR:
                return layer_may_go(b, i);
        case CSTORAGE_ENTRY_CONTAINER_DIR:
                return container_dir_may_go(b, e);
        case CSTORAGE_ENTRY_IMAGE_DIR:
                return image_dir_may_go(b, e);
        case CSTORAGE_ENTRY_TAR_SPLIT:
        case CSTORAGE_ENTRY_LAYER_DATA:
        case CSTORAGE_ENTRY_QUOTA:
                return side_file_may_go(b, e);
        case CSTORAGE_ENTRY_LINK:
                return link_may_go(b, e);
        case CSTORAGE_ENTRY_TEMP_DIR:
                return temp_dir_may_go(b, e);
        case CSTORAGE_ENTRY_STAGING:
                return staging_may_go(b, e);
        case CSTORAGE_ENTRY_PROBE:
                return probe_may_go(b, e);
        case CSTORAGE_ENTRY_SAVE_LEFTOVER:
                return is_sound(e);
        case CSTORAGE_ENTRY_VOLATILE_FILE:
                break;
        }
        return false;
}

void brute_plan(const struct facts *facts, const struct policy *policy, bool *may_go, bool *may_heal) {
        struct brute b = {.f = facts, .policy = policy};

        assert(facts->n_entries <= ENTRIES_MAX);
        find_what_stays(&b);
        for (size_t i = 0; i < facts->n_entries; i++) {
                may_go[i] = entry_may_go(&b, i);
                may_heal[i] = entry_may_heal(&b, &facts->entries[i]);
        }
}
