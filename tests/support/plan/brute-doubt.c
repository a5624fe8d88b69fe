/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "brute-parts.h"

/* ----------------------------------------------------------------------------- damaged records */

static bool is_bad(const struct fact_file *file) {
        if (file->kind == CSTORAGE_RECORD_FILE_MOUNTS && file->state == CSTORAGE_RECORD_FILE_EMPTY)
                return false;
        return file->state != CSTORAGE_RECORD_FILE_OK && file->state != CSTORAGE_RECORD_FILE_MISSING;
}

static bool any_bad(const struct facts *f, enum cstorage_record_file_kind kind) {
        for (size_t i = 0; i < f->n_files; i++)
                if (f->files[i].kind == kind && is_bad(&f->files[i]))
                        return true;
        return false;
}

/* ------------------------------------------------------------------------------------- volatile files */

/* A mounted layer that this file cannot record: it belongs to another store, and not to its runroot.
 */
static bool is_apart(const struct facts *f, const struct fact_file *file, const char *layer) {
        bool counted = false;

        for (size_t i = 0; i < f->n_files; i++)
                counted |= f->files[i].kind == CSTORAGE_RECORD_FILE_MOUNTS && !is_bad(&f->files[i]) &&
                           f->files[i].state != CSTORAGE_RECORD_FILE_MISSING;
        return homes_are_listed(f) && !has_directory(f, layer, true, true) &&
               (counted || file->location == CSTORAGE_LOCATION_VOLATILE);
}

static bool layer_alive_may_be_in(const struct facts *f, const struct fact_file *file) {
        for (size_t i = 0; i < f->n_in_use; i++) {
                if (is_apart(f, file, f->in_use[i].id))
                        continue;
                if (!has_layer_record(f, f->in_use[i].id, ANYWHERE))
                        return true;
                if (file->kind == CSTORAGE_RECORD_FILE_CONTAINERS &&
                    !is_referred_to(f, f->in_use[i].id, ANYWHERE))
                        return true;
        }
        return false;
}

static bool container_alive_may_be_in(const struct facts *f, const struct fact_file *file) {
        for (size_t i = 0; file->kind == CSTORAGE_RECORD_FILE_CONTAINERS && i < f->n_entries; i++)
                if (f->entries[i].kind == CSTORAGE_ENTRY_CONTAINER_DIR &&
                    (f->entries[i].identity.mount_below || is_in_use(f, f->entries[i].name)) &&
                    !has_container_record(f, f->entries[i].name))
                        return true;
        return false;
}

static bool is_of_another_store(const struct facts *f, const char *layer) {
        return layer && *layer && !has_layer_record(f, layer, 1U << CSTORAGE_LOCATION_ADDITIONAL) &&
               !has_directory(f, layer, true, true);
}

/* A file of the runroot, which contains other files that do not, or may not, belong to this store. */
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
        return any_bad(f, CSTORAGE_RECORD_FILE_MOUNTS);
}

static bool is_volatile(const struct fact_file *file) {
        return file->location == CSTORAGE_LOCATION_VOLATILE ||
               file->location == CSTORAGE_LOCATION_VOLATILE_RUNROOT;
}

static bool may_heal_as(const struct brute *b, const struct fact_entry *e, const struct fact_file *file) {
        const struct facts *f = b->f;

        return e->kind == CSTORAGE_ENTRY_VOLATILE_FILE && same(e->path, file->path) && is_sound(e) &&
               is_volatile(file) && is_bad(file) && file->torn && b->policy->repair &&
               !layer_alive_may_be_in(f, file) && !container_alive_may_be_in(f, file) &&
               !may_be_another_stores(f, file);
}

bool entry_may_heal(const struct brute *b, const struct fact_entry *e) {
        const struct facts *f = b->f;

        for (size_t i = 0; i < f->n_files; i++)
                if (may_heal_as(b, e, &f->files[i]))
                        return true;
        return false;
}

static bool is_healed(const struct brute *b, const struct fact_file *file) {
        const struct facts *f = b->f;

        for (size_t i = 0; i < f->n_entries; i++)
                if (may_heal_as(b, &f->entries[i], file))
                        return true;
        return false;
}

static bool anything_is_healed(const struct brute *b) {
        const struct facts *f = b->f;

        for (size_t i = 0; i < f->n_files; i++)
                if (is_healed(b, &f->files[i]))
                        return true;
        return false;
}

static bool something_is_hidden(const struct brute *b) {
        const struct facts *f = b->f;

        for (size_t i = 0; i < f->n_files; i++)
                if (is_bad(&f->files[i]) && !is_healed(b, &f->files[i]))
                        return true;
        return f->n_problems > 0;
}

static bool is_file(const struct facts *f, enum cstorage_record_file_kind kind,
                    enum cstorage_location location, bool bad, bool missing) {
        for (size_t i = 0; i < f->n_files; i++)
                if (f->files[i].kind == kind && f->files[i].location == location &&
                    ((bad && is_bad(&f->files[i])) ||
                     (missing && f->files[i].state == CSTORAGE_RECORD_FILE_MISSING) || (!bad && !missing)))
                        return true;
        return false;
}

static bool is_missing(const struct facts *f, enum cstorage_record_file_kind kind,
                       enum cstorage_location location) {
        return is_file(f, kind, location, false, true);
}

static bool is_never_mentioned(const struct facts *f, enum cstorage_record_file_kind kind,
                               enum cstorage_location location) {
        return !is_file(f, kind, location, false, false);
}

static bool layer_files_not_mentioned(const struct facts *f) {
        return is_never_mentioned(f, CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_STABLE) ||
               is_never_mentioned(f, CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_VOLATILE) ||
               is_never_mentioned(f, CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_VOLATILE_RUNROOT) ||
               (f->imagestore &&
                is_never_mentioned(f, CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_IMAGESTORE));
}

static bool image_files_not_mentioned(const struct facts *f) {
        return is_never_mentioned(f, CSTORAGE_RECORD_FILE_IMAGES, CSTORAGE_LOCATION_STABLE) ||
               (f->imagestore &&
                is_never_mentioned(f, CSTORAGE_RECORD_FILE_IMAGES, CSTORAGE_LOCATION_IMAGESTORE));
}

static bool container_files_not_mentioned(const struct facts *f) {
        return is_never_mentioned(f, CSTORAGE_RECORD_FILE_CONTAINERS, CSTORAGE_LOCATION_STABLE) ||
               is_never_mentioned(f, CSTORAGE_RECORD_FILE_CONTAINERS, CSTORAGE_LOCATION_VOLATILE) ||
               is_never_mentioned(f, CSTORAGE_RECORD_FILE_CONTAINERS, CSTORAGE_LOCATION_VOLATILE_RUNROOT);
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

static bool something_lies_on(const struct facts *f, const char *layer) {
        for (size_t i = 0; i < f->n_entries; i++)
                if (lies_on(&f->entries[i], layer))
                        return true;
        return false;
}

static bool layers_json_existed(const struct brute *b) {
        const struct facts *f = b->f;
        char buffer[512];

        for (size_t i = 0; i < f->n_entries; i++) {
                const struct fact_entry *e = &f->entries[i];

                if (e->imagestore)
                        continue;
                if (is_side_file(e) &&
                    !has_layer_record(f, layer_of(e, buffer), 1U << CSTORAGE_LOCATION_IMAGESTORE))
                        return true;
                if (e->kind == CSTORAGE_ENTRY_LAYER_DIR && !e->split_layer &&
                    !has_layer_record(f, e->name, ANYWHERE) && something_lies_on(f, e->name))
                        return true;
        }
        return something_is_hidden(b) || anything_is_lost(f);
}

static bool imagestore_layers_json_existed(const struct brute *b) {
        const struct facts *f = b->f;
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
        return something_is_hidden(b) || anything_is_lost(f);
}

static bool layers_json_is_lost(const struct brute *b) {
        const struct facts *f = b->f;

        return is_missing(f, CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_STABLE) && layers_json_existed(b);
}

static bool imagestore_layers_json_is_lost(const struct brute *b) {
        const struct facts *f = b->f;

        return is_missing(f, CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_IMAGESTORE) &&
               imagestore_layers_json_existed(b);
}

bool layers_are_doubtful(const struct brute *b) {
        const struct facts *f = b->f;

        return any_bad(f, CSTORAGE_RECORD_FILE_LAYERS) || any_bad(f, CSTORAGE_RECORD_FILE_IMAGES) ||
               any_bad(f, CSTORAGE_RECORD_FILE_CONTAINERS) || any_bad(f, CSTORAGE_RECORD_FILE_MOUNTS) ||
               layer_files_not_mentioned(f) || image_files_not_mentioned(f) ||
               is_never_mentioned(f, CSTORAGE_RECORD_FILE_MOUNTS, CSTORAGE_LOCATION_RUNROOT) ||
               container_files_not_mentioned(f) || layers_json_is_lost(b) ||
               imagestore_layers_json_is_lost(b);
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
               (has_directory(f, layer->id, true, true) || !homes_are_listed(f)) &&
               !is_referred_to(f, layer->id, ANYWHERE) && !has_side_file(f, layer->id);
}

static bool containers_json_existed(const struct brute *b) {
        const struct facts *f = b->f;

        for (size_t i = 0; i < f->n_layers; i++)
                if (is_like_a_containers(f, &f->layers[i]))
                        return true;
        return is_file(f, CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_STABLE, true, false) ||
               is_file(f, CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_IMAGESTORE, true, false) ||
               is_never_mentioned(f, CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_STABLE) ||
               (f->imagestore &&
                is_never_mentioned(f, CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_IMAGESTORE)) ||
               layers_json_is_lost(b) || imagestore_layers_json_is_lost(b);
}

/* It may have shown that a layers.json is missing. */
static bool healing_hides_layers_json(const struct brute *b) {
        const struct facts *f = b->f;

        return anything_is_healed(b) &&
               (is_missing(f, CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_STABLE) ||
                is_missing(f, CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_IMAGESTORE));
}

bool containers_are_doubtful(const struct brute *b) {
        const struct facts *f = b->f;

        return any_bad(f, CSTORAGE_RECORD_FILE_CONTAINERS) || container_files_not_mentioned(f) ||
               (healing_hides_layers_json(b) &&
                is_missing(f, CSTORAGE_RECORD_FILE_CONTAINERS, CSTORAGE_LOCATION_STABLE)) ||
               (is_missing(f, CSTORAGE_RECORD_FILE_CONTAINERS, CSTORAGE_LOCATION_STABLE) &&
                containers_json_existed(b));
}

static bool images_json_existed(const struct brute *b, bool in_graphroot_only) {
        const struct facts *f = b->f;

        for (size_t i = 0; i < f->n_entries; i++)
                if (f->entries[i].kind == CSTORAGE_ENTRY_IMAGE_DIR &&
                    !(in_graphroot_only && f->entries[i].imagestore) &&
                    !has_image_record(f, f->entries[i].name))
                        return true;
        return something_is_hidden(b);
}

bool images_are_doubtful(const struct brute *b) {
        const struct facts *f = b->f;

        return healing_hides_layers_json(b) ||
               is_file(f, CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_STABLE, true, false) ||
               is_file(f, CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_IMAGESTORE, true, false) ||
               any_bad(f, CSTORAGE_RECORD_FILE_IMAGES) || any_bad(f, CSTORAGE_RECORD_FILE_CONTAINERS) ||
               is_never_mentioned(f, CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_STABLE) ||
               (f->imagestore &&
                is_never_mentioned(f, CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_IMAGESTORE)) ||
               image_files_not_mentioned(f) || container_files_not_mentioned(f) || layers_json_is_lost(b) ||
               imagestore_layers_json_is_lost(b) ||
               (is_missing(f, CSTORAGE_RECORD_FILE_IMAGES, CSTORAGE_LOCATION_STABLE) &&
                images_json_existed(b, true)) ||
               (is_missing(f, CSTORAGE_RECORD_FILE_IMAGES, CSTORAGE_LOCATION_IMAGESTORE) &&
                images_json_existed(b, false));
}
