/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Go never removes a record file. images.json may never have existed, if all images are in an additional
 * store; but if a container refers to an image that no file lists, the file was lost. Likewise layers.json,
 * if an image, a container or a child refers to a layer that no file lists. If any record file cannot be
 * read, it may contain the record, and that file is reported instead.
 */

#include "plan/lost-files.h"

#include "base/idset.h"

static const struct fact_file *find(const struct facts *facts, enum cstorage_record_file_kind kind,
                                    enum cstorage_location location) {
        for (size_t i = 0; i < facts->n_files; i++)
                if (facts->files[i].kind == kind && facts->files[i].location == location &&
                    facts->files[i].state == CSTORAGE_RECORD_FILE_MISSING)
                        return &facts->files[i];
        return NULL;
}

/* The file of the image store comes first: it lists the images, and in most releases their layers. */
static const struct fact_file *find_missing(const struct facts *facts, enum cstorage_record_file_kind kind) {
        const struct fact_file *file = find(facts, kind, CSTORAGE_LOCATION_IMAGESTORE);

        if (file || (facts->imagestore && kind == CSTORAGE_RECORD_FILE_IMAGES))
                return file;
        return find(facts, kind, CSTORAGE_LOCATION_STABLE);
}

static bool all_are_read(const struct facts *facts) {
        for (size_t i = 0; i < facts->n_files; i++)
                if (facts->files[i].state != CSTORAGE_RECORD_FILE_OK &&
                    facts->files[i].state != CSTORAGE_RECORD_FILE_MISSING &&
                    facts->files[i].kind != CSTORAGE_RECORD_FILE_MOUNTS)
                        return false;
        return true;
}

static bool is_ours(enum cstorage_location location) {
        return location == CSTORAGE_LOCATION_STABLE || location == CSTORAGE_LOCATION_IMAGESTORE ||
               location == CSTORAGE_LOCATION_VOLATILE;
}

static bool lacks(const struct idset *recorded, const char *id) {
        return id && *id && !idset_has(recorded, id);
}

/* Records in the runroot may belong to another graphroot that shares it. */
static bool image_is_lost(const struct facts *facts, const struct idset *images) {
        for (size_t i = 0; i < facts->n_containers; i++)
                if (is_ours(facts->containers[i].location) && lacks(images, facts->containers[i].image))
                        return true;
        return false;
}

static bool layer_is_lost(const struct facts *facts, const struct idset *layers) {
        for (size_t i = 0; i < facts->n_images; i++)
                if (is_ours(facts->images[i].location) && lacks(layers, facts->images[i].layer))
                        return true;
        for (size_t i = 0; i < facts->n_containers; i++)
                if (is_ours(facts->containers[i].location) && lacks(layers, facts->containers[i].layer))
                        return true;
        for (size_t i = 0; i < facts->n_layers; i++)
                if (is_ours(facts->layers[i].location) && lacks(layers, facts->layers[i].parent))
                        return true;
        return false;
}

static int find_lost_image(const struct facts *facts, bool *ret) {
        _cleanup_(idset_done) struct idset images = {0};
        int r = 0;

        for (size_t i = 0; i < facts->n_images && r >= 0; i++)
                r = idset_add(&images, facts->images[i].id);
        if (r < 0)
                return r;
        idset_seal(&images);
        *ret = image_is_lost(facts, &images);
        return 0;
}

static int find_lost_layer(const struct facts *facts, bool *ret) {
        _cleanup_(idset_done) struct idset layers = {0};
        int r = 0;

        for (size_t i = 0; i < facts->n_layers && r >= 0; i++)
                r = idset_add(&layers, facts->layers[i].id);
        if (r < 0)
                return r;
        idset_seal(&layers);
        *ret = layer_is_lost(facts, &layers);
        return 0;
}

int lost_files_find(struct lost_files *lost, const struct facts *facts) {
        const struct fact_file *layers = find_missing(facts, CSTORAGE_RECORD_FILE_LAYERS),
                               *images = find_missing(facts, CSTORAGE_RECORD_FILE_IMAGES);
        bool is_lost = false;
        int r = 0;

        *lost = (struct lost_files){0};
        if (!all_are_read(facts))
                return 0;
        if (images)
                r = find_lost_image(facts, &is_lost);
        if (r >= 0 && is_lost)
                lost->images = images;
        is_lost = false;
        if (r >= 0 && layers)
                r = find_lost_layer(facts, &is_lost);
        if (r >= 0 && is_lost)
                lost->layers = layers;
        return r;
}
