/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which record files make everything unknown uncertain. "The list cannot be read" is not "nothing is on the
 * list"; and a list that is not there is an empty list only where nothing shows that it once was there:
 *
 * layers.json of the graphroot is rightly missing where nothing stable was ever stored: all images in an
 * additional store, all containers volatile. It must have existed where
 *   - something of ours refers to a layer that no file records (an image in images.json, a container, a layer
 *     whose parent it is);
 *   - the graphroot has tar-split files or big data of layers that the image store does not record: Go makes
 *     both for image layers alone, which are never volatile;
 *   - a layer directory lies on another one in the graphroot that no file records: only image layers are
 *     ever lain on, and the same holds. A half is recorded in the image store, which has the other one.
 *
 * layers.json of the image store is rightly missing where releases 1.53 to 1.57 keep its layers' records in
 * the graphroot. It must have existed where something refers to a layer that no file records, or where there
 * are layer directories in the image store, or side files of layers, that no layers file of the graphroot
 * records (an image store that is not mounted is seen by its tar-split files: they lie in the graphroot).
 *
 * images.json must have existed where an image directory is there that no image record explains: Go makes one
 * only for an image that it has a record of. So no image directory is ever removed where the file that could
 * speak for it is missing.
 *
 * containers.json is rightly missing where all containers are volatile; a transient store never has one. It
 * must have existed where a layers.json, of the graphroot or of the image store, has a layer that is a
 * container's by all signs: complete, of no image, nobody's parent, without tar-split file or big data, and
 * with its directory: a record that outlived the layer proves no container. And where a layers.json itself is
 * in doubt, nothing can be learned from it, and whoever lost the one may have lost the other.
 *
 * Volatile files and mountpoints.json come and go, and so do those of additional stores, which may be empty.
 *
 * A directory that could not be listed, or a record file that cannot be read, may hide each of these signs;
 * then they count as seen. A volatile file that is healed in this run hides none: what it might have spoken
 * for is in doubt anyhow, for as long as the run lasts, and so is what a file would speak for that only it
 * might have shown to be missing.
 */

#include <string.h>

#include "plan/missing-records.h"

enum {
        FAMILY_LAYERS = 1 << 0,
        FAMILY_IMAGES = 1 << 1,
        FAMILY_CONTAINERS = 1 << 2,
};

/* Whom a record file of each kind may speak for: images refer to layers, and containers to both. */
static const unsigned families[] = {
        [CSTORAGE_RECORD_FILE_LAYERS] = FAMILY_LAYERS,
        [CSTORAGE_RECORD_FILE_IMAGES] = FAMILY_LAYERS | FAMILY_IMAGES,
        [CSTORAGE_RECORD_FILE_CONTAINERS] = FAMILY_LAYERS | FAMILY_IMAGES | FAMILY_CONTAINERS,
        [CSTORAGE_RECORD_FILE_MOUNTS] = FAMILY_LAYERS,
};

enum { /* of those that follow */
       LAYERS_STABLE,
       LAYERS_IMAGESTORE,
};

/* The files that facts always tell about, there or not. Where they do not, nobody looked. */
static const struct fact_file expected[] = {
        [LAYERS_STABLE] = {CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_STABLE,
                           .path = "layers.json of the graphroot"},
        [LAYERS_IMAGESTORE] = {CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_IMAGESTORE,
                               .path = "layers.json of the image store"},
        {CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_VOLATILE,
         .path = "volatile-layers.json of the graphroot"},
        {CSTORAGE_RECORD_FILE_LAYERS, CSTORAGE_LOCATION_VOLATILE_RUNROOT,
         .path = "volatile-layers.json of the runroot"},
        {CSTORAGE_RECORD_FILE_IMAGES, CSTORAGE_LOCATION_STABLE, .path = "images.json of the graphroot"},
        {CSTORAGE_RECORD_FILE_IMAGES, CSTORAGE_LOCATION_IMAGESTORE, .path = "images.json of the image store"},
        {CSTORAGE_RECORD_FILE_CONTAINERS, CSTORAGE_LOCATION_STABLE,
         .path = "containers.json of the graphroot"},
        {CSTORAGE_RECORD_FILE_CONTAINERS, CSTORAGE_LOCATION_VOLATILE,
         .path = "volatile-containers.json of the graphroot"},
        {CSTORAGE_RECORD_FILE_CONTAINERS, CSTORAGE_LOCATION_VOLATILE_RUNROOT,
         .path = "volatile-containers.json of the runroot"},
        {CSTORAGE_RECORD_FILE_MOUNTS, CSTORAGE_LOCATION_RUNROOT, .path = "mountpoints.json of the runroot"},
};

/* One order for all files, so that which one is named does not depend on the order of the facts. */
static int compare_files(const struct fact_file *a, const struct fact_file *b) {
        int r = (int) a->kind - (int) b->kind;

        if (r == 0)
                r = (int) a->location - (int) b->location;
        return r != 0 ? r : strcmp(a->path, b->path);
}

/* A file that is there and cannot be read says more than one that is not there, and either of them more than
 * one about which the next run will not doubt. */
static int weight(enum reason reason) {
        return (reason == REASON_RECORDS_DAMAGED) << 1 | (reason == REASON_RECORDS_MISSING);
}

static void doubt_add(struct doubt *doubt, enum reason reason, const struct fact_file *file) {
        if (weight(doubt->reason) > weight(reason))
                return;
        if (doubt->reason == reason && compare_files(doubt->because, file) <= 0)
                return;

        *doubt = (struct doubt){reason, file};
}

static void missing_records_add(struct missing_records *missing_records, unsigned family, enum reason reason,
                                const struct fact_file *file) {
        if (family & FAMILY_LAYERS)
                doubt_add(&missing_records->layers, reason, file);
        if (family & FAMILY_IMAGES)
                doubt_add(&missing_records->images, reason, file);
        if (family & FAMILY_CONTAINERS)
                doubt_add(&missing_records->containers, reason, file);
}

/* No save leaves a record file empty; but an empty mountpoints.json is one without mounts
 * (layers.go:loadMounts).
 */
static bool is_damaged(const struct fact_file *file) {
        switch (file->state) {
        case CSTORAGE_RECORD_FILE_MISSING:
        case CSTORAGE_RECORD_FILE_OK:
                return false;
        case CSTORAGE_RECORD_FILE_EMPTY:
                return file->kind != CSTORAGE_RECORD_FILE_MOUNTS;
        case CSTORAGE_RECORD_FILE_DAMAGED:
        case CSTORAGE_RECORD_FILE_UNREADABLE:
                break;
        }
        return true;
}

static bool is_layers_json(const struct fact_file *file) {
        return file->kind == CSTORAGE_RECORD_FILE_LAYERS &&
               (file->location == CSTORAGE_LOCATION_STABLE || file->location == CSTORAGE_LOCATION_IMAGESTORE);
}

static bool is_told(const struct facts *facts, const struct fact_file *file) {
        for (size_t i = 0; i < facts->n_files; i++)
                if (facts->files[i].kind == file->kind && facts->files[i].location == file->location)
                        return true;
        return file->location == CSTORAGE_LOCATION_IMAGESTORE && !facts->imagestore;
}

static bool signs_may_be_hidden(const struct facts *facts, const struct references *references) {
        for (size_t i = 0; i < facts->n_files; i++)
                if (is_damaged(&facts->files[i]) && !references->healed[i])
                        return true;
        return facts->n_problems > 0;
}

/* Something of ours refers to a layer that no file records. */
static bool has_lost_layers(const struct references *references) {
        for (size_t n = 0; n < references->numbers.n_distinct; n++)
                if ((references->marks[n] & MARK_OF_OWN_RECORD) && !(references->marks[n] & MARK_RECORDS))
                        return true;
        return false;
}

#define RECORDS_GRAPHROOT                                                                                    \
        (MARK_RECORD(CSTORAGE_LOCATION_STABLE) | MARK_RECORD(CSTORAGE_LOCATION_VOLATILE) |                   \
         MARK_RECORD(CSTORAGE_LOCATION_VOLATILE_RUNROOT))

static bool is_side_file(const struct fact_entry *entry) {
        return entry->kind == CSTORAGE_ENTRY_TAR_SPLIT || entry->kind == CSTORAGE_ENTRY_LAYER_DATA;
}

static bool shows_graphroot_layers(const struct fact_entry *entry, uint32_t marks) {
        if (entry->imagestore)
                return false;
        if (is_side_file(entry))
                return !(marks & MARK_RECORD(CSTORAGE_LOCATION_IMAGESTORE));
        return entry->kind == CSTORAGE_ENTRY_LAYER_DIR && !entry->half && (marks & MARK_LOWER) &&
               !(marks & MARK_RECORDS);
}

/* Only releases that kept their records in the image store (1.47 to 1.52) made side files there. */
static bool shows_imagestore_layers(const struct fact_entry *entry, uint32_t marks) {
        if (is_side_file(entry))
                return entry->imagestore || !(marks & RECORDS_GRAPHROOT);
        return entry->kind == CSTORAGE_ENTRY_LAYER_DIR && entry->imagestore && !(marks & RECORDS_GRAPHROOT);
}

static bool layers_existed(const struct facts *facts, const struct references *references,
                           bool (*shows)(const struct fact_entry *entry, uint32_t marks)) {
        if (signs_may_be_hidden(facts, references) || has_lost_layers(references))
                return true;
        for (size_t i = 0; i < facts->n_entries; i++)
                if (shows(&facts->entries[i], *references_marks(references, i)))
                        return true;
        return false;
}

/* The image store's images have directories in the graphroot as well (store.go:ImageDirectory). */
static bool images_existed(const struct facts *facts, const struct references *references,
                           enum cstorage_location location) {
        if (signs_may_be_hidden(facts, references))
                return true;
        for (size_t i = 0; i < facts->n_entries; i++) {
                const struct fact_entry *entry = &facts->entries[i];

                if (entry->kind == CSTORAGE_ENTRY_IMAGE_DIR && !idset_has(&references->images, entry->name) &&
                    (location == CSTORAGE_LOCATION_IMAGESTORE || !entry->imagestore))
                        return true;
        }
        return false;
}

static bool has_container_layers(const struct facts *facts, const struct references *references) {
        bool hidden = references_has_hidden_dirs(facts);

        for (size_t n = 0; n < references->numbers.n_distinct; n++)
                if ((references->marks[n] & MARK_STABLE_COMPLETE) &&
                    (hidden || (references->marks[n] & MARK_DIRS)) &&
                    !(references->marks[n] & (MARK_REFERENCES | MARK_SIDE_FILE)))
                        return true;
        return false;
}

static bool existed(const struct facts *facts, const struct references *references,
                    const struct fact_file *file);

static bool is_certain(const struct facts *facts, const struct references *references,
                       const struct fact_file *file) {
        return !is_damaged(file) &&
               !(file->state == CSTORAGE_RECORD_FILE_MISSING && existed(facts, references, file));
}

static bool containers_existed(const struct facts *facts, const struct references *references) {
        for (size_t i = 0; i < facts->n_files; i++)
                if (is_layers_json(&facts->files[i]) && !is_certain(facts, references, &facts->files[i]))
                        return true;
        return !is_told(facts, &expected[LAYERS_STABLE]) || !is_told(facts, &expected[LAYERS_IMAGESTORE]) ||
               has_container_layers(facts, references);
}

/* Whether a file that is missing must have been there. */
static bool existed(const struct facts *facts, const struct references *references,
                    const struct fact_file *file) {
        bool stable = file->location == CSTORAGE_LOCATION_STABLE;

        if (!stable && file->location != CSTORAGE_LOCATION_IMAGESTORE)
                return false;

        switch (file->kind) {
        case CSTORAGE_RECORD_FILE_LAYERS:
                return layers_existed(facts, references,
                                      stable ? shows_graphroot_layers : shows_imagestore_layers);
        case CSTORAGE_RECORD_FILE_IMAGES:
                return images_existed(facts, references, file->location);
        case CSTORAGE_RECORD_FILE_CONTAINERS:
                return containers_existed(facts, references);
        case CSTORAGE_RECORD_FILE_MOUNTS:
                return false;
        }
        return true;
}

/* What a file that cannot be read might speak for. A layers.json tells whether there are images elsewhere,
 * too (elsewhere.c). */
static unsigned families_of(const struct fact_file *file) {
        return is_layers_json(file) ? FAMILY_LAYERS | FAMILY_IMAGES : families[file->kind];
}

/* What lacks a file that must have been there: its own family. A lost container record takes no layer's, and
 * no image's. */
static unsigned family_of(const struct fact_file *file) {
        return file->kind == CSTORAGE_RECORD_FILE_CONTAINERS ? FAMILY_CONTAINERS
               : file->kind == CSTORAGE_RECORD_FILE_IMAGES   ? FAMILY_IMAGES
                                                             : families_of(file);
}

static bool is_missing(const struct facts *facts, bool (*is_it)(const struct fact_file *file)) {
        for (size_t i = 0; i < facts->n_files; i++)
                if (facts->files[i].state == CSTORAGE_RECORD_FILE_MISSING && is_it(&facts->files[i]))
                        return true;
        return false;
}

static bool is_containers_json(const struct fact_file *file) {
        return file->kind == CSTORAGE_RECORD_FILE_CONTAINERS && file->location == CSTORAGE_LOCATION_STABLE;
}

/* What a healed file recorded may have shown that another one is missing. */
static unsigned families_of_missed(const struct facts *facts) {
        if (!is_missing(facts, is_layers_json))
                return 0;
        return is_missing(facts, is_containers_json) ? FAMILY_IMAGES | FAMILY_CONTAINERS : FAMILY_IMAGES;
}

void missing_records_find(struct missing_records *missing_records, const struct facts *facts,
                          const struct references *references) {
        for (size_t i = 0; i < facts->n_files; i++) {
                const struct fact_file *file = &facts->files[i];

                if (references->healed[i])
                        missing_records_add(missing_records, families_of(file) | families_of_missed(facts),
                                            REASON_RECORDS_RESET, file);
                else if (is_damaged(file))
                        missing_records_add(missing_records, families_of(file), REASON_RECORDS_DAMAGED, file);
                else if (file->state == CSTORAGE_RECORD_FILE_MISSING && existed(facts, references, file))
                        missing_records_add(missing_records, family_of(file), REASON_RECORDS_MISSING, file);
        }
        for (size_t i = 0; i < ARRAY_SIZE(expected); i++)
                if (!is_told(facts, &expected[i]))
                        missing_records_add(missing_records, families_of(&expected[i]),
                                            REASON_RECORDS_MISSING, &expected[i]);
}
