/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Missing records: decide which record files make it unsafe to remove unrecorded entries. A file that cannot
 * be read is not an empty list; a file that does not exist is an empty list only if there is no evidence that
 * it once existed:
 *
 * layers.json of the graphroot is never created if no stable layer was ever stored: all images are in an
 * additional store, all containers are volatile. It must have existed if
 *
 *   - a record of this store refers to a layer that no file lists (an image in images.json, a container, a
 *     child layer);
 *   - the graphroot has tar-split files or big data of layers that the image store does not record: Go
 *     creates both for image layers only, which are never volatile;
 *   - a layer directory has a lower in the graphroot that no file lists: only image layers are lowers, and
 *     they are never volatile. A split layer is recorded in the image store, which contains its other
 *     directory.
 *
 * layers.json of the image store does not exist if releases 1.53 to 1.57 keep the records of its layers in
 * the graphroot. It must have existed if a record refers to a layer that no file lists, or if there are layer
 * directories in the image store, or side files of layers, that no layers file of the graphroot lists (the
 * tar-split files of an image store that is not mounted are in the graphroot).
 *
 * images.json must have existed if there is an image directory without a record: Go creates one only for an
 * image that has a record. So no image directory is removed if images.json is missing.
 *
 * containers.json is never created if all containers are volatile, or in a transient store. It must have
 * existed if layers.json, of the graphroot or of the image store, lists a layer with all signs of a container
 * layer: complete, unreferenced, without tar-split file and big data, and with a directory: a record whose
 * layer was removed is no evidence of a container. If a layers.json is itself unreadable or missing, it gives
 * no evidence, and containers.json may be lost as well.
 *
 * Volatile files and mountpoints.json are created and removed at any time. Files of additional stores may be
 * missing, too: the store may be empty.
 *
 * A directory that could not be listed, or a record file that cannot be read, may hide all of this evidence;
 * the evidence then counts as found. A volatile file that is reset in this run hides none: the objects that
 * it might have listed are kept in this run anyway, and so are the objects of a file that only this one could
 * have proven missing.
 */

#include <string.h>

#include "plan/missing-records.h"

enum {
        FAMILY_LAYERS = 1 << 0,
        FAMILY_IMAGES = 1 << 1,
        FAMILY_CONTAINERS = 1 << 2,
};

/* The families of objects that a record file of each kind may refer to: images refer to layers, and
 * containers to both. */
static const unsigned families[] = {
        [CSTORAGE_RECORD_FILE_LAYERS] = FAMILY_LAYERS,
        [CSTORAGE_RECORD_FILE_IMAGES] = FAMILY_LAYERS | FAMILY_IMAGES,
        [CSTORAGE_RECORD_FILE_CONTAINERS] = FAMILY_LAYERS | FAMILY_IMAGES | FAMILY_CONTAINERS,
        [CSTORAGE_RECORD_FILE_MOUNTS] = FAMILY_LAYERS,
};

enum { /* indices of expected[] */
       LAYERS_STABLE,
       LAYERS_IMAGESTORE,
};

/* The files that a scan always reports, existing or missing. If one is not in the facts, it was not looked
 * for. */
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

/* A total order, so that the file that is reported does not depend on the order of the facts. */
static int compare_files(const struct fact_file *a, const struct fact_file *b) {
        int r = (int) a->kind - (int) b->kind;

        if (r == 0)
                r = (int) a->location - (int) b->location;
        return r != 0 ? r : strcmp(a->path, b->path);
}

/* A damaged file takes precedence over a missing one, and both over a file that is reset in this run. */
static int weight(enum reason reason) {
        return (reason == REASON_RECORDS_DAMAGED) << 1 | (reason == REASON_RECORDS_MISSING);
}

static void doubt_add(struct missing_record *missing_record, enum reason reason,
                      const struct fact_file *file) {
        if (weight(missing_record->reason) > weight(reason))
                return;
        if (missing_record->reason == reason && compare_files(missing_record->because, file) <= 0)
                return;

        *missing_record = (struct missing_record){reason, file};
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

/* Go never saves an empty record file; but an empty mountpoints.json is valid: there are no mounts
 * (layers.go:loadMounts). */
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

static bool is_reported(const struct facts *facts, const struct fact_file *file) {
        for (size_t i = 0; i < facts->n_files; i++)
                if (facts->files[i].kind == file->kind && facts->files[i].location == file->location)
                        return true;
        return file->location == CSTORAGE_LOCATION_IMAGESTORE && !facts->imagestore;
}

static bool signs_may_be_hidden(const struct facts *facts, const struct references *references) {
        for (size_t i = 0; i < facts->n_files; i++)
                if (is_damaged(&facts->files[i]) && !references->repaired[i])
                        return true;
        return facts->n_problems > 0;
}

/* Whether a record of this store refers to a layer that no file lists. */
static bool has_lost_layers(const struct references *references) {
        for (size_t n = 0; n < references->numbers.n_distinct; n++)
                if ((references->marks[n] & MARK_OF_OWN_RECORD) && !(references->marks[n] & MARK_RECORDS))
                        return true;
        return false;
}

#define RECORDS_GRAPHROOT                                                                                    \
        (MARK_RECORD(CSTORAGE_LOCATION_STABLE) | MARK_RECORD(CSTORAGE_LOCATION_VOLATILE) |                   \
         MARK_RECORD(CSTORAGE_LOCATION_VOLATILE_RUNROOT))

static bool shows_graphroot_layers(const struct fact_entry *entry, uint32_t marks) {
        if (entry->imagestore)
                return false;
        if (references_is_side_file(entry))
                return !(marks & MARK_RECORD(CSTORAGE_LOCATION_IMAGESTORE));
        return entry->kind == CSTORAGE_ENTRY_LAYER_DIR && !entry->split_layer && (marks & MARK_LOWER) &&
               !(marks & MARK_RECORDS);
}

/* Only the releases that kept records in the image store (1.47 to 1.52) created side files there. */
static bool shows_imagestore_layers(const struct fact_entry *entry, uint32_t marks) {
        if (references_is_side_file(entry))
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

/* Images of the image store have directories in the graphroot as well (store.go:ImageDirectory). */
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
        return !is_reported(facts, &expected[LAYERS_STABLE]) ||
               !is_reported(facts, &expected[LAYERS_IMAGESTORE]) || has_container_layers(facts, references);
}

/* Whether a file that is missing must have existed. */
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

/* The families that a file that cannot be read might refer to. A layers.json is also needed to find out
 * whether there are images in a foreign image store (foreign-store.c). */
static unsigned families_of(const struct fact_file *file) {
        return is_layers_json(file) ? FAMILY_LAYERS | FAMILY_IMAGES : families[file->kind];
}

/* The family that a lost file makes unsafe is its own. A lost container record does not affect layers or
 * images. */
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

/* The families whose missing file the records of a reset file might have proven. */
static unsigned families_of_missed(const struct facts *facts) {
        if (!is_missing(facts, is_layers_json))
                return 0;
        return is_missing(facts, is_containers_json) ? FAMILY_IMAGES | FAMILY_CONTAINERS : FAMILY_IMAGES;
}

void missing_records_find(struct missing_records *missing_records, const struct facts *facts,
                          const struct references *references) {
        for (size_t i = 0; i < facts->n_files; i++) {
                const struct fact_file *file = &facts->files[i];

                if (references->repaired[i])
                        missing_records_add(missing_records, families_of(file) | families_of_missed(facts),
                                            REASON_RECORDS_RESET, file);
                else if (is_damaged(file))
                        missing_records_add(missing_records, families_of(file), REASON_RECORDS_DAMAGED, file);
                else if (file->state == CSTORAGE_RECORD_FILE_MISSING && existed(facts, references, file))
                        missing_records_add(missing_records, family_of(file), REASON_RECORDS_MISSING, file);
        }
        for (size_t i = 0; i < ARRAY_SIZE(expected); i++)
                if (!is_reported(facts, &expected[i]))
                        missing_records_add(missing_records, families_of(&expected[i]),
                                            REASON_RECORDS_MISSING, &expected[i]);
}
