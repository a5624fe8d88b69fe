/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "brute-parts.h"

bool same(const char *a, const char *b) {
        return a && b && *a && strcmp(a, b) == 0;
}

bool is_hex_id(const char *s) {
        size_t n = 0;

        for (; s && s[n]; n++)
                if (!strchr("0123456789abcdef", s[n]))
                        return false;
        return n == 64;
}

/* ------------------------------------------------------------------------------- unreadable directories */

bool ends_in(const char *s, const char *end) {
        return strlen(s) >= strlen(end) && strcmp(s + strlen(s) - strlen(end), end) == 0;
}

bool signs_may_hide(const struct facts *f) {
        for (size_t i = 0; i < f->n_problems; i++) {
                const char *path = f->problems[i].path;

                if (!ends_in(path, "/staging") && !ends_in(path, "/tempdirs") &&
                    !ends_in(path, "-layers/tmp") && !ends_in(path, "-images"))
                        return true;
        }
        return false;
}

bool side_files_are_listed(const struct facts *f) {
        for (size_t i = 0; i < f->n_problems; i++)
                if (ends_in(f->problems[i].path, "-layers"))
                        return false;
        return true;
}

bool homes_are_listed(const struct facts *f) {
        for (size_t i = 0; i < f->n_problems; i++) {
                const char *path = f->problems[i].path;

                if (!ends_in(path, "/l") && !ends_in(path, "/staging") && !ends_in(path, "/tempdirs") &&
                    !ends_in(path, "/quotas") && !ends_in(path, "-layers") && !ends_in(path, "-layers/tmp") &&
                    !ends_in(path, "-images") && !ends_in(path, "-containers"))
                        return false;
        }
        return true;
}

/* ------------------------------------------------------------------- kinds of entries */

bool is_absent(const struct fact_entry *e) {
        return e->examined && e->identity.type == CSTORAGE_TYPE_ABSENT;
}

bool is_sound(const struct fact_entry *e) {
        bool file = e->kind == CSTORAGE_ENTRY_TAR_SPLIT || e->kind == CSTORAGE_ENTRY_SAVE_LEFTOVER ||
                    e->kind == CSTORAGE_ENTRY_VOLATILE_FILE || e->kind == CSTORAGE_ENTRY_QUOTA ||
                    (e->kind == CSTORAGE_ENTRY_TEMP_DIR && strncmp(e->name, "lock-", 5) == 0);
        bool link = e->kind == CSTORAGE_ENTRY_LINK;
        enum cstorage_entry_type type = file   ? CSTORAGE_TYPE_FILE
                                        : link ? CSTORAGE_TYPE_LINK
                                               : CSTORAGE_TYPE_DIRECTORY;

        return e->examined && !*e->problem && e->identity.type == type && !e->identity.other_mount &&
               !e->identity.mount_below;
}

/* The id in the name of an entry of a layer. */
const char *layer_of(const struct fact_entry *e, char buffer[static 512]) {
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

bool is_named_by_an_id(const struct fact_entry *e) {
        char buffer[512];

        return is_hex_id(e->id) && same(layer_of(e, buffer), e->id);
}

/* -------------------------------------------------------------------------- references */

bool has_layer_record(const struct facts *f, const char *id, unsigned locations) {
        for (size_t i = 0; i < f->n_layers; i++)
                if (same(f->layers[i].id, id) && (locations & 1U << f->layers[i].location))
                        return true;
        return false;
}

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

bool is_referred_to(const struct facts *f, const char *layer, unsigned locations) {
        return is_of_image(f, layer, locations) || is_of_container(f, layer, locations) ||
               is_parent(f, layer, locations);
}

static bool is_mounted(const struct facts *f, const char *layer) {
        for (size_t i = 0; i < f->n_mounts; i++)
                if (same(f->mounts[i], layer))
                        return true;
        return false;
}

bool is_in_use(const struct facts *f, const char *id) {
        for (size_t i = 0; i < f->n_in_use; i++)
                if (same(f->in_use[i].id, id))
                        return true;
        return false;
}

bool is_set_aside(const struct facts *f, const char *id) {
        for (size_t i = 0; i < f->n_set_aside; i++)
                if (same(f->set_aside[i], id))
                        return true;
        return false;
}

/* ------------------------------------------------------------------- what a container of this boot may use
 */

static bool may_be_used(const struct brute *b) {
        return !b->f->at_boot && !(b->policy->recent && b->f->uses_seen);
}

bool entry_is_recent(const struct brute *b, const struct fact_entry *e) {
        return may_be_used(b) && e->examined && !*e->problem && !is_absent(e) &&
               e->identity.changed_ns >= b->f->boot_ns;
}

static bool unrecorded_container_is_recent(const struct brute *b) {
        for (size_t i = 0; i < b->f->n_entries; i++)
                if (b->f->entries[i].kind == CSTORAGE_ENTRY_CONTAINER_DIR &&
                    !has_container_record(b->f, b->f->entries[i].name) &&
                    entry_is_recent(b, &b->f->entries[i]))
                        return true;
        return false;
}

bool layer_is_recent(const struct brute *b, const char *layer) {
        char buffer[512];

        for (size_t i = 0; i < b->f->n_entries; i++) {
                const struct fact_entry *e = &b->f->entries[i];

                if (e->kind != CSTORAGE_ENTRY_LAYER_DIR && e->kind != CSTORAGE_ENTRY_LINK &&
                    e->kind != CSTORAGE_ENTRY_QUOTA && !is_side_file(e))
                        continue;
                if (!same(layer_of(e, buffer), layer))
                        continue;
                if (entry_is_recent(b, e) || (may_be_used(b) && signs_may_hide(b->f)) ||
                    (b->f->starts_unmarked && unrecorded_container_is_recent(b)))
                        return true;
        }
        return false;
}

bool lies_on(const struct fact_entry *e, const char *layer) {
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

bool is_spoken_for(const struct brute *b, const char *layer) {
        return has_layer_record(b->f, layer, ANYWHERE) || is_referred_to(b->f, layer, ANYWHERE) ||
               is_mounted(b->f, layer) || is_in_use(b->f, layer) || is_set_aside(b->f, layer) ||
               is_below_what_stays(b, layer);
}

bool has_directory(const struct facts *f, const char *layer, bool there, bool here) {
        for (size_t i = 0; i < f->n_entries; i++)
                if (f->entries[i].kind == CSTORAGE_ENTRY_LAYER_DIR && same(f->entries[i].name, layer) &&
                    (f->entries[i].imagestore ? there : here))
                        return true;
        return false;
}

/* One of its directories or side files must not be removed because of its kind, so no directory is removed.
 */
static bool is_held(const struct facts *f, const char *layer) {
        char buffer[512];

        for (size_t i = 0; i < f->n_entries; i++) {
                const struct fact_entry *e = &f->entries[i];

                if ((e->kind == CSTORAGE_ENTRY_LAYER_DIR || is_side_file(e)) &&
                    same(layer_of(e, buffer), layer) && !is_absent(e) &&
                    !(is_named_by_an_id(e) && is_sound(e)))
                        return true;
        }
        return false;
}

/* Repeat until no further entry is kept. */
void find_what_stays(struct brute *b) {
        bool more = true;

        while (more) {
                more = false;
                for (size_t i = 0; i < b->f->n_entries; i++) {
                        const struct fact_entry *e = &b->f->entries[i];

                        if (e->kind != CSTORAGE_ENTRY_LAYER_DIR || b->stays[i])
                                continue;
                        if (!is_spoken_for(b, e->name) && !layer_is_recent(b, e->name) &&
                            !is_held(b->f, e->name) && is_named_by_an_id(e) && is_sound(e) &&
                            side_files_are_listed(b->f))
                                continue;
                        b->stays[i] = more = true;
                }
        }
}

bool has_container_record(const struct facts *f, const char *id) {
        for (size_t i = 0; i < f->n_containers; i++)
                if (same(f->containers[i].id, id))
                        return true;
        return false;
}

bool has_image_record(const struct facts *f, const char *id) {
        for (size_t i = 0; i < f->n_images; i++)
                if (same(f->images[i].id, id))
                        return true;
        return false;
}

bool is_made_of(const struct facts *f, const char *image) {
        for (size_t i = 0; i < f->n_containers; i++)
                if (same(f->containers[i].image, image))
                        return true;
        return false;
}

/* A reference of this store to a layer without a record. */
bool is_lost(const struct facts *f, const char *layer) {
        return *layer && is_referred_to(f, layer, OURS) && !has_layer_record(f, layer, ANYWHERE);
}

bool is_side_file(const struct fact_entry *e) {
        return e->kind == CSTORAGE_ENTRY_TAR_SPLIT || e->kind == CSTORAGE_ENTRY_LAYER_DATA;
}
