/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules, the slow way. No table, no number, no set of the plan's is used here, and its order is not kept.
 */

#include <string.h>

#include "brute.h"

#define ENTRIES_MAX 256 /* of a generated world */

struct brute {
        const struct facts *f;
        const struct policy *policy;
        bool stays[ENTRIES_MAX]; /* of layer directories */
};

static bool same(const char *a, const char *b) {
        return a && b && *a && strcmp(a, b) == 0;
}

static bool is_hex_id(const char *s) {
        size_t n = 0;

        for (; s && s[n]; n++)
                if (!strchr("0123456789abcdef", s[n]))
                        return false;
        return n == 64;
}

/* ------------------------------------------------------------------- what an entry is by itself */

static bool is_absent(const struct fact_entry *e) {
        return e->examined && e->identity.type == CSTORAGE_ENTRY_IS_ABSENT;
}

static bool is_sound(const struct fact_entry *e) {
        bool file = e->kind == CSTORAGE_ENTRY_TAR_SPLIT || e->kind == CSTORAGE_ENTRY_SAVE_LEFTOVER ||
                    e->kind == CSTORAGE_ENTRY_VOLATILE_FILE || e->kind == CSTORAGE_ENTRY_QUOTA ||
                    (e->kind == CSTORAGE_ENTRY_TEMP_DIR && strncmp(e->name, "lock-", 5) == 0);
        bool link = e->kind == CSTORAGE_ENTRY_LINK;
        enum cstorage_entry_type type = file   ? CSTORAGE_ENTRY_IS_FILE
                                        : link ? CSTORAGE_ENTRY_IS_LINK
                                               : CSTORAGE_ENTRY_IS_DIRECTORY;

        return e->examined && !*e->problem && e->identity.type == type && !e->identity.other_mount &&
               !e->identity.mount_below;
}

/* The id that the name of a layer's entry is made of. */
static const char *layer_of(const struct fact_entry *e, char buffer[static 512]) {
        char *suffix;

        if (e->kind == CSTORAGE_ENTRY_LINK)
                return e->id;
        if (e->kind != CSTORAGE_ENTRY_TAR_SPLIT)
                return e->name;

        buffer[511] = '\0';
        strncpy(buffer, e->name, 511);
        suffix = strlen(buffer) >= 13 ? buffer + strlen(buffer) - 13 : NULL;
        if (suffix && strcmp(suffix, ".tar-split.gz") == 0)
                *suffix = '\0';
        return buffer;
}

static bool is_named_by_an_id(const struct fact_entry *e) {
        char buffer[512];

        return is_hex_id(e->id) && same(layer_of(e, buffer), e->id);
}

/* -------------------------------------------------------------------------- who speaks for whom */

static bool has_layer_record(const struct facts *f, const char *id, unsigned locations) {
        for (size_t i = 0; i < f->n_layers; i++)
                if (same(f->layers[i].id, id) && (locations & 1U << f->layers[i].location))
                        return true;
        return false;
}

#define ANYWHERE ~0U
#define OF_GRAPHROOT                                                                                         \
        (1U << CSTORAGE_LOCATION_STABLE | 1U << CSTORAGE_LOCATION_VOLATILE |                                 \
         1U << CSTORAGE_LOCATION_VOLATILE_RUNROOT)
#define OURS ~(1U << CSTORAGE_LOCATION_ADDITIONAL)

static bool image_has(const struct fact_image *image, const char *layer) {
        if (same(image->layer, layer))
                return true;
        for (size_t i = 0; i < image->n_mapped; i++)
                if (same(image->mapped[i], layer))
                        return true;
        return false;
}

static bool is_of_image(const struct facts *f, const char *layer, unsigned locations) {
        for (size_t i = 0; i < f->n_images; i++)
                if ((locations & 1U << f->images[i].location) && image_has(&f->images[i], layer))
                        return true;
        return false;
}

static bool is_of_container(const struct facts *f, const char *layer, unsigned locations) {
        for (size_t i = 0; i < f->n_containers; i++)
                if ((locations & 1U << f->containers[i].location) && same(f->containers[i].layer, layer))
                        return true;
        return false;
}

static bool is_parent(const struct facts *f, const char *layer, unsigned locations) {
        for (size_t i = 0; i < f->n_layers; i++)
                if ((locations & 1U << f->layers[i].location) && same(f->layers[i].parent, layer))
                        return true;
        return false;
}

static bool is_referred_to(const struct facts *f, const char *layer, unsigned locations) {
        return is_of_image(f, layer, locations) || is_of_container(f, layer, locations) ||
               is_parent(f, layer, locations);
}

static bool is_mounted(const struct facts *f, const char *layer) {
        for (size_t i = 0; i < f->n_mounts; i++)
                if (same(f->mounts[i], layer))
                        return true;
        for (size_t i = 0; i < f->n_in_use; i++)
                if (same(f->in_use[i], layer))
                        return true;
        return false;
}

static bool lies_on(const struct fact_entry *e, const char *layer) {
        for (size_t i = 0; e->kind == CSTORAGE_ENTRY_LAYER_DIR && i < e->n_lowers; i++)
                if (same(e->lowers[i], layer))
                        return true;
        return false;
}

static bool is_below_what_stays(const struct brute *b, const char *layer) {
        for (size_t i = 0; i < b->f->n_entries; i++)
                if (b->stays[i] && lies_on(&b->f->entries[i], layer))
                        return true;
        return false;
}

static bool is_spoken_for(const struct brute *b, const char *layer) {
        return has_layer_record(b->f, layer, ANYWHERE) || is_referred_to(b->f, layer, ANYWHERE) ||
               is_mounted(b->f, layer) || is_below_what_stays(b, layer);
}

static bool has_directory(const struct facts *f, const char *layer, bool there, bool here) {
        for (size_t i = 0; i < f->n_entries; i++)
                if (f->entries[i].kind == CSTORAGE_ENTRY_LAYER_DIR && same(f->entries[i].name, layer) &&
                    (f->entries[i].imagestore ? there : here))
                        return true;
        return false;
}

/* One of its directories is not to be removed for what it is, and so none of them is. */
static bool is_held(const struct facts *f, const char *layer) {
        for (size_t i = 0; i < f->n_entries; i++) {
                const struct fact_entry *e = &f->entries[i];

                if (e->kind == CSTORAGE_ENTRY_LAYER_DIR && same(e->name, layer) && !is_absent(e) &&
                    !(is_named_by_an_id(e) && is_sound(e)))
                        return true;
        }
        return false;
}

/* Again and again, until nothing new stays. */
static void find_what_stays(struct brute *b) {
        bool more = true;

        while (more) {
                more = false;
                for (size_t i = 0; i < b->f->n_entries; i++) {
                        const struct fact_entry *e = &b->f->entries[i];

                        if (e->kind != CSTORAGE_ENTRY_LAYER_DIR || b->stays[i])
                                continue;
                        if (!is_spoken_for(b, e->name) && !is_held(b->f, e->name) && is_named_by_an_id(e) &&
                            is_sound(e))
                                continue;
                        b->stays[i] = more = true;
                }
        }
}

/* ----------------------------------------------------------------------------- doubtful records */

static bool is_bad(const struct fact_file *file) {
        if (file->kind == CSTORAGE_FILE_MOUNTS && file->state == CSTORAGE_FILE_EMPTY)
                return false;
        return file->state != CSTORAGE_FILE_OK && file->state != CSTORAGE_FILE_MISSING;
}

static bool any_bad(const struct facts *f, enum cstorage_file_kind kind) {
        for (size_t i = 0; i < f->n_files; i++)
                if (f->files[i].kind == kind && is_bad(&f->files[i]))
                        return true;
        return false;
}

/* ------------------------------------------------------------------------------------- volatile files */

static bool healing; /* what the policy says; of the plan that is being made */

static bool has_container_record(const struct facts *f, const char *id) {
        for (size_t i = 0; i < f->n_containers; i++)
                if (same(f->containers[i].id, id))
                        return true;
        return false;
}

static bool layer_alive_may_be_in(const struct facts *f, const struct fact_file *file) {
        for (size_t i = 0; i < f->n_in_use; i++) {
                if (!has_layer_record(f, f->in_use[i], ANYWHERE))
                        return true;
                if (file->kind == CSTORAGE_FILE_CONTAINERS && !is_referred_to(f, f->in_use[i], ANYWHERE))
                        return true;
        }
        return false;
}

static bool container_alive_may_be_in(const struct facts *f, const struct fact_file *file) {
        for (size_t i = 0; file->kind == CSTORAGE_FILE_CONTAINERS && i < f->n_entries; i++)
                if (f->entries[i].kind == CSTORAGE_ENTRY_CONTAINER_DIR &&
                    f->entries[i].identity.mount_below && !has_container_record(f, f->entries[i].name))
                        return true;
        return false;
}

static bool is_of_another_store(const struct facts *f, const char *layer) {
        return layer && *layer && !has_layer_record(f, layer, 1U << CSTORAGE_LOCATION_ADDITIONAL) &&
               !has_directory(f, layer, true, true);
}

/* Of the runroot, where something else in it is not of this store, or may be. */
static bool may_be_another_stores(const struct facts *f, const struct fact_file *file) {
        if (file->location != CSTORAGE_LOCATION_VOLATILE_RUNROOT)
                return false;
        for (size_t i = 0; i < f->n_mounts; i++)
                if (is_of_another_store(f, f->mounts[i]))
                        return true;
        for (size_t i = 0; i < f->n_containers; i++)
                if (f->containers[i].location == CSTORAGE_LOCATION_VOLATILE_RUNROOT &&
                    is_of_another_store(f, f->containers[i].layer))
                        return true;
        return any_bad(f, CSTORAGE_FILE_MOUNTS);
}

static bool is_volatile(const struct fact_file *file) {
        return file->location == CSTORAGE_LOCATION_VOLATILE ||
               file->location == CSTORAGE_LOCATION_VOLATILE_RUNROOT;
}

static bool may_heal_as(const struct facts *f, const struct fact_entry *e, const struct fact_file *file) {
        return e->kind == CSTORAGE_ENTRY_VOLATILE_FILE && same(e->path, file->path) && is_sound(e) &&
               is_volatile(file) && is_bad(file) && file->broken && healing &&
               !layer_alive_may_be_in(f, file) && !container_alive_may_be_in(f, file) &&
               !may_be_another_stores(f, file);
}

static bool entry_may_heal(const struct facts *f, const struct fact_entry *e) {
        for (size_t i = 0; i < f->n_files; i++)
                if (may_heal_as(f, e, &f->files[i]))
                        return true;
        return false;
}

static bool is_healed(const struct facts *f, const struct fact_file *file) {
        for (size_t i = 0; i < f->n_entries; i++)
                if (may_heal_as(f, &f->entries[i], file))
                        return true;
        return false;
}

static bool anything_is_healed(const struct facts *f) {
        for (size_t i = 0; i < f->n_files; i++)
                if (is_healed(f, &f->files[i]))
                        return true;
        return false;
}

static bool something_is_hidden(const struct facts *f) {
        for (size_t i = 0; i < f->n_files; i++)
                if (is_bad(&f->files[i]) && !is_healed(f, &f->files[i]))
                        return true;
        return f->n_problems > 0;
}

static bool is_file(const struct facts *f, enum cstorage_file_kind kind, enum cstorage_location location,
                    bool bad, bool missing) {
        for (size_t i = 0; i < f->n_files; i++)
                if (f->files[i].kind == kind && f->files[i].location == location &&
                    ((bad && is_bad(&f->files[i])) ||
                     (missing && f->files[i].state == CSTORAGE_FILE_MISSING) || (!bad && !missing)))
                        return true;
        return false;
}

static bool is_missing(const struct facts *f, enum cstorage_file_kind kind, enum cstorage_location location) {
        return is_file(f, kind, location, false, true);
}

static bool is_never_mentioned(const struct facts *f, enum cstorage_file_kind kind,
                               enum cstorage_location location) {
        return !is_file(f, kind, location, false, false);
}

static bool layer_files_not_mentioned(const struct facts *f) {
        return is_never_mentioned(f, CSTORAGE_FILE_LAYERS, CSTORAGE_LOCATION_STABLE) ||
               is_never_mentioned(f, CSTORAGE_FILE_LAYERS, CSTORAGE_LOCATION_VOLATILE) ||
               is_never_mentioned(f, CSTORAGE_FILE_LAYERS, CSTORAGE_LOCATION_VOLATILE_RUNROOT) ||
               (f->imagestore && is_never_mentioned(f, CSTORAGE_FILE_LAYERS, CSTORAGE_LOCATION_IMAGESTORE));
}

static bool image_files_not_mentioned(const struct facts *f) {
        return is_never_mentioned(f, CSTORAGE_FILE_IMAGES, CSTORAGE_LOCATION_STABLE) ||
               (f->imagestore && is_never_mentioned(f, CSTORAGE_FILE_IMAGES, CSTORAGE_LOCATION_IMAGESTORE));
}

static bool container_files_not_mentioned(const struct facts *f) {
        return is_never_mentioned(f, CSTORAGE_FILE_CONTAINERS, CSTORAGE_LOCATION_STABLE) ||
               is_never_mentioned(f, CSTORAGE_FILE_CONTAINERS, CSTORAGE_LOCATION_VOLATILE) ||
               is_never_mentioned(f, CSTORAGE_FILE_CONTAINERS, CSTORAGE_LOCATION_VOLATILE_RUNROOT);
}

/* A reference of ours to a layer that has no record. */
static bool is_lost(const struct facts *f, const char *layer) {
        return *layer && is_referred_to(f, layer, OURS) && !has_layer_record(f, layer, ANYWHERE);
}

static bool anything_is_lost(const struct facts *f) {
        for (size_t i = 0; i < f->n_layers; i++)
                if (f->layers[i].parent && is_lost(f, f->layers[i].parent))
                        return true;
        for (size_t i = 0; i < f->n_containers; i++)
                if (f->containers[i].layer && is_lost(f, f->containers[i].layer))
                        return true;
        for (size_t i = 0; i < f->n_images; i++) {
                if (f->images[i].layer && is_lost(f, f->images[i].layer))
                        return true;
                for (size_t k = 0; k < f->images[i].n_mapped; k++)
                        if (is_lost(f, f->images[i].mapped[k]))
                                return true;
        }
        return false;
}

static bool is_side_file(const struct fact_entry *e) {
        return e->kind == CSTORAGE_ENTRY_TAR_SPLIT || e->kind == CSTORAGE_ENTRY_LAYER_DATA;
}

static bool something_lies_on(const struct facts *f, const char *layer) {
        for (size_t i = 0; i < f->n_entries; i++)
                if (lies_on(&f->entries[i], layer))
                        return true;
        return false;
}

static bool layers_json_existed(const struct facts *f) {
        char buffer[512];

        for (size_t i = 0; i < f->n_entries; i++) {
                const struct fact_entry *e = &f->entries[i];

                if (e->imagestore)
                        continue;
                if (is_side_file(e) &&
                    !has_layer_record(f, layer_of(e, buffer), 1U << CSTORAGE_LOCATION_IMAGESTORE))
                        return true;
                if (e->kind == CSTORAGE_ENTRY_LAYER_DIR && !e->half &&
                    !has_layer_record(f, e->name, ANYWHERE) && something_lies_on(f, e->name))
                        return true;
        }
        return something_is_hidden(f) || anything_is_lost(f);
}

static bool imagestore_layers_json_existed(const struct facts *f) {
        char buffer[512];

        for (size_t i = 0; i < f->n_entries; i++) {
                const struct fact_entry *e = &f->entries[i];

                if (is_side_file(e) &&
                    (e->imagestore || !has_layer_record(f, layer_of(e, buffer), OF_GRAPHROOT)))
                        return true;
                if (e->kind == CSTORAGE_ENTRY_LAYER_DIR && e->imagestore &&
                    !has_layer_record(f, e->name, OF_GRAPHROOT))
                        return true;
        }
        return something_is_hidden(f) || anything_is_lost(f);
}

static bool layers_json_is_lost(const struct facts *f) {
        return is_missing(f, CSTORAGE_FILE_LAYERS, CSTORAGE_LOCATION_STABLE) && layers_json_existed(f);
}

static bool imagestore_layers_json_is_lost(const struct facts *f) {
        return is_missing(f, CSTORAGE_FILE_LAYERS, CSTORAGE_LOCATION_IMAGESTORE) &&
               imagestore_layers_json_existed(f);
}

static bool layers_are_doubtful(const struct facts *f) {
        return any_bad(f, CSTORAGE_FILE_LAYERS) || any_bad(f, CSTORAGE_FILE_IMAGES) ||
               any_bad(f, CSTORAGE_FILE_CONTAINERS) || any_bad(f, CSTORAGE_FILE_MOUNTS) ||
               layer_files_not_mentioned(f) || image_files_not_mentioned(f) ||
               is_never_mentioned(f, CSTORAGE_FILE_MOUNTS, CSTORAGE_LOCATION_RUNROOT) ||
               container_files_not_mentioned(f) || layers_json_is_lost(f) ||
               imagestore_layers_json_is_lost(f);
}

static bool has_side_file(const struct facts *f, const char *layer) {
        char buffer[512];

        for (size_t i = 0; i < f->n_entries; i++)
                if (is_side_file(&f->entries[i]) && same(layer_of(&f->entries[i], buffer), layer))
                        return true;
        return false;
}

static bool is_like_a_containers(const struct facts *f, const struct fact_layer *layer) {
        return *layer->id && !layer->incomplete &&
               (layer->location == CSTORAGE_LOCATION_STABLE ||
                layer->location == CSTORAGE_LOCATION_IMAGESTORE) &&
               !is_referred_to(f, layer->id, ANYWHERE) && !has_side_file(f, layer->id);
}

static bool containers_json_existed(const struct facts *f) {
        for (size_t i = 0; i < f->n_layers; i++)
                if (is_like_a_containers(f, &f->layers[i]))
                        return true;
        return is_file(f, CSTORAGE_FILE_LAYERS, CSTORAGE_LOCATION_STABLE, true, false) ||
               is_file(f, CSTORAGE_FILE_LAYERS, CSTORAGE_LOCATION_IMAGESTORE, true, false) ||
               is_never_mentioned(f, CSTORAGE_FILE_LAYERS, CSTORAGE_LOCATION_STABLE) ||
               (f->imagestore && is_never_mentioned(f, CSTORAGE_FILE_LAYERS, CSTORAGE_LOCATION_IMAGESTORE)) ||
               layers_json_is_lost(f) || imagestore_layers_json_is_lost(f);
}

/* It may have told of a layers.json that is not there. */
static bool healing_hides_layers_json(const struct facts *f) {
        return anything_is_healed(f) && (is_missing(f, CSTORAGE_FILE_LAYERS, CSTORAGE_LOCATION_STABLE) ||
                                         is_missing(f, CSTORAGE_FILE_LAYERS, CSTORAGE_LOCATION_IMAGESTORE));
}

static bool containers_are_doubtful(const struct facts *f) {
        return any_bad(f, CSTORAGE_FILE_CONTAINERS) || container_files_not_mentioned(f) ||
               (healing_hides_layers_json(f) &&
                is_missing(f, CSTORAGE_FILE_CONTAINERS, CSTORAGE_LOCATION_STABLE)) ||
               (is_missing(f, CSTORAGE_FILE_CONTAINERS, CSTORAGE_LOCATION_STABLE) &&
                containers_json_existed(f));
}

static bool has_image_record(const struct facts *f, const char *id) {
        for (size_t i = 0; i < f->n_images; i++)
                if (same(f->images[i].id, id))
                        return true;
        return false;
}

static bool is_made_of(const struct facts *f, const char *image) {
        for (size_t i = 0; i < f->n_containers; i++)
                if (same(f->containers[i].image, image))
                        return true;
        return false;
}

static bool images_json_existed(const struct facts *f, bool in_graphroot_only) {
        for (size_t i = 0; i < f->n_entries; i++)
                if (f->entries[i].kind == CSTORAGE_ENTRY_IMAGE_DIR &&
                    !(in_graphroot_only && f->entries[i].imagestore) &&
                    !has_image_record(f, f->entries[i].name))
                        return true;
        return something_is_hidden(f);
}

static bool images_are_doubtful(const struct facts *f) {
        return healing_hides_layers_json(f) ||
               is_file(f, CSTORAGE_FILE_LAYERS, CSTORAGE_LOCATION_STABLE, true, false) ||
               is_file(f, CSTORAGE_FILE_LAYERS, CSTORAGE_LOCATION_IMAGESTORE, true, false) ||
               any_bad(f, CSTORAGE_FILE_IMAGES) || any_bad(f, CSTORAGE_FILE_CONTAINERS) ||
               is_never_mentioned(f, CSTORAGE_FILE_LAYERS, CSTORAGE_LOCATION_STABLE) ||
               (f->imagestore && is_never_mentioned(f, CSTORAGE_FILE_LAYERS, CSTORAGE_LOCATION_IMAGESTORE)) ||
               image_files_not_mentioned(f) || container_files_not_mentioned(f) || layers_json_is_lost(f) ||
               imagestore_layers_json_is_lost(f) ||
               (is_missing(f, CSTORAGE_FILE_IMAGES, CSTORAGE_LOCATION_STABLE) &&
                images_json_existed(f, true)) ||
               (is_missing(f, CSTORAGE_FILE_IMAGES, CSTORAGE_LOCATION_IMAGESTORE) &&
                images_json_existed(f, false));
}

/* ----------------------------------------------------------------------------------- what cannot be known */

static bool ends_in(const char *s, const char *end) {
        return strlen(s) >= strlen(end) && strcmp(s + strlen(s) - strlen(end), end) == 0;
}

static bool homes_are_listed(const struct facts *f) {
        for (size_t i = 0; i < f->n_problems; i++) {
                const char *path = f->problems[i].path;

                if (!ends_in(path, "/l") && !ends_in(path, "/staging") && !ends_in(path, "/tempdirs") &&
                    !ends_in(path, "/quotas") && !ends_in(path, "-layers") && !ends_in(path, "-layers/tmp") &&
                    !ends_in(path, "-images") && !ends_in(path, "-containers"))
                        return false;
        }
        return true;
}

/* A layer that is spoken for, but by no record of its own, and whose directory does not tell what it lies on.
 */
static bool is_a_gap(const struct brute *b, const struct fact_entry *e) {
        if (e->kind != CSTORAGE_ENTRY_LAYER_DIR || has_layer_record(b->f, e->name, ANYWHERE) ||
            !is_spoken_for(b, e->name))
                return false;
        if (!e->examined || *e->problem)
                return true;
        if (e->half && !e->imagestore && !has_directory(b->f, e->name, true, false))
                return true;
        return !is_absent(e) && (e->identity.type != CSTORAGE_ENTRY_IS_DIRECTORY || e->identity.other_mount ||
                                 e->lowers_unknown);
}

static bool has_gaps(const struct brute *b) {
        for (size_t i = 0; i < b->f->n_entries; i++)
                if (is_a_gap(b, &b->f->entries[i]))
                        return true;
        return !homes_are_listed(b->f);
}

/* ------------------------------------------------------------------------- what may be another store's */

static bool halves_are_elsewhere(const struct facts *f) {
        bool here = false;

        for (size_t i = 0; i < f->n_entries; i++) {
                const struct fact_entry *e = &f->entries[i];

                if (e->half && e->imagestore && has_directory(f, e->name, false, true))
                        return false;
                here |= e->half && !e->imagestore;
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
        for (size_t i = 0; i < f->n_problems; i++)
                if (ends_in(f->problems[i].path, "-layers"))
                        return true;
        return !homes_are_listed(f);
}

/* -------------------------------------------------------------------------------------------- what may go */

static bool layer_may_go(const struct brute *b, size_t i) {
        const struct fact_entry *e = &b->f->entries[i];

        return !b->stays[i] && is_sound(e) && is_named_by_an_id(e) && !layers_are_doubtful(b->f) &&
               !has_gaps(b) && !(e->half && halves_are_elsewhere(b->f));
}

static bool side_file_may_go(const struct brute *b, const struct fact_entry *e) {
        char buffer[512];
        const char *layer = layer_of(e, buffer);

        if (is_spoken_for(b, layer) || !is_named_by_an_id(e) || !is_sound(e) || layers_are_doubtful(b->f) ||
            has_gaps(b))
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
        return has_dir || (is_hex_id(e->id) && !layers_are_doubtful(b->f) && homes_are_listed(b->f));
}

static bool container_dir_may_go(const struct brute *b, const struct fact_entry *e) {
        return !has_container_record(b->f, e->name) && is_named_by_an_id(e) && is_sound(e) &&
               !containers_are_doubtful(b->f);
}

static bool image_dir_may_go(const struct brute *b, const struct fact_entry *e) {
        return !has_image_record(b->f, e->name) && !is_made_of(b->f, e->name) && is_named_by_an_id(e) &&
               is_sound(e) && !images_are_doubtful(b->f) && !images_may_hide(b->f) &&
               !images_are_elsewhere(b->f);
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
               e->identity.changed_ns < b->f->boot_ns;
}

static bool probe_may_go(const struct brute *b, const struct fact_entry *e) {
        return is_sound(e) && e->identity.changed_ns < b->f->boot_ns && !is_spoken_for(b, e->name) &&
               !layers_are_doubtful(b->f) && !has_gaps(b);
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
        healing = policy->heal;
        find_what_stays(&b);
        for (size_t i = 0; i < facts->n_entries; i++) {
                may_go[i] = entry_may_go(&b, i);
                may_heal[i] = entry_may_heal(facts, &facts->entries[i]);
        }
}
