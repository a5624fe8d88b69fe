/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kinds of entries: one table with the properties of each. */

#include <assert.h>
#include <dirent.h>
#include <string.h>

#include "inventory/kinds.h"

/* ------------------------------------------------------------------------- names without an id */

/* A directory, or an entry that is in place of one. */
static bool may_be_directory(unsigned char type) {
        return type == DT_DIR || type == DT_UNKNOWN || type == DT_LNK;
}

static bool is_probe(const struct store_dir *place, const char *name, unsigned char type) {
        const struct driver *driver = place->store->driver;

        return may_be_directory(type) && driver->is_probe_name && driver->is_probe_name(name);
}

static bool is_layer(const struct store_dir *place, const char *name, unsigned char type) {
        return may_be_directory(type) && !place->store->driver->is_own_name(name);
}

static bool is_link(const struct store_dir *place, const char *name, unsigned char type) {
        (void) place;
        (void) type;
        return name_is_link_id(name);
}

static bool is_staging(const struct store_dir *place, const char *name, unsigned char type) {
        (void) place;
        (void) name;
        return may_be_directory(type);
}

static bool is_temp_dir(const struct store_dir *place, const char *name, unsigned char type) {
        (void) place;
        (void) type;
        return name_number_after(name, TEMP_DIR_PREFIX) || name_number_after(name, TEMP_LOCK_PREFIX);
}

static bool is_save_leftover(const struct store_dir *place, const char *name, unsigned char type) {
        (void) type;
        return path_is_save_leftover(store_dir_path(place->kind), name);
}

static bool is_volatile_file(const struct store_dir *place, const char *name, unsigned char type) {
        (void) type;
        return path_is_volatile_file(store_dir_path(place->kind), name);
}

static bool is_data(const struct store_dir *place, const char *name, unsigned char type) {
        return may_be_directory(type) && strcmp(name, "lost+found") != 0 &&
               !is_save_leftover(place, name, type) && !is_volatile_file(place, name, type);
}

/* ------------------------------------------------------------------------------------ the table */

#define BIT(n) (1U << (n))
#define ROOTS_OF_STORE                                                                                       \
        (BIT(ROOT_GRAPH) | BIT(ROOT_IMAGE)) /* other entries of the runroot end at a reboot                  \
                                             */
#define DIRS_OF_TEMP     (BIT(STORE_DIR_DRIVER_TEMP) | BIT(STORE_DIR_DATA_TEMP))
#define DIRS_OF_RECORDS  (BIT(STORE_DIR_LAYER_DATA) | BIT(STORE_DIR_IMAGES) | BIT(STORE_DIR_CONTAINERS))
#define DIRS_OF_VOLATILE (BIT(STORE_DIR_LAYER_DATA) | BIT(STORE_DIR_CONTAINERS))

const struct entry_kind entry_kinds[CSTORAGE_ENTRY_KINDS] = {
        [CSTORAGE_ENTRY_LAYER_DIR] = {.name = "layer-dir",
                                      .type = CSTORAGE_TYPE_DIRECTORY,
                                      .dirs = BIT(STORE_DIR_LAYERS),
                                      .roots = ROOTS_OF_STORE,
                                      .suffix = "",
                                      .is_name = is_layer,
                                      .object = CSTORAGE_OBJECT_LAYER,
                                      .check = ENTRY_CHECK_RECORD,
                                      .parts = {"diff", "work", "merged"},
                                      .is_used_by_mounts = true,
                                      .turn = TRASH_TURN_REST,
                                      .relief = ENTRY_RELIEF_TREE},
        [CSTORAGE_ENTRY_CONTAINER_DIR] = {.name = "container-dir",
                                          .type = CSTORAGE_TYPE_DIRECTORY,
                                          .dirs = BIT(STORE_DIR_CONTAINERS),
                                          .roots = ROOTS_OF_STORE,
                                          .suffix = "",
                                          .is_name = is_data,
                                          .object = CSTORAGE_OBJECT_CONTAINER,
                                          .check = ENTRY_CHECK_RECORD,
                                          .parts = {"userdata"},
                                          .is_used_by_mounts = true,
                                          .turn = TRASH_TURN_REST,
                                          .relief = ENTRY_RELIEF_TREE},
        [CSTORAGE_ENTRY_IMAGE_DIR] = {.name = "image-dir",
                                      .type = CSTORAGE_TYPE_DIRECTORY,
                                      .dirs = BIT(STORE_DIR_IMAGES),
                                      .roots = ROOTS_OF_STORE,
                                      .suffix = "",
                                      .is_name = is_data,
                                      .object = CSTORAGE_OBJECT_IMAGE,
                                      .check = ENTRY_CHECK_RECORD,
                                      .parts = {"userdata"},
                                      .turn = TRASH_TURN_REST,
                                      .relief = ENTRY_RELIEF_TREE},
        [CSTORAGE_ENTRY_TAR_SPLIT] = {.name = "tar-split",
                                      .type = CSTORAGE_TYPE_FILE,
                                      .dirs = BIT(STORE_DIR_LAYER_DATA),
                                      .roots = ROOTS_OF_STORE,
                                      .suffix = TAR_SPLIT_SUFFIX,
                                      .object = CSTORAGE_OBJECT_LAYER,
                                      .check = ENTRY_CHECK_RECORD,
                                      .turn = TRASH_TURN_SIDE_FILE,
                                      .relief = ENTRY_RELIEF_FILE},
        [CSTORAGE_ENTRY_LAYER_DATA] = {.name = "layer-data",
                                       .type = CSTORAGE_TYPE_DIRECTORY,
                                       .dirs = BIT(STORE_DIR_LAYER_DATA),
                                       .roots = ROOTS_OF_STORE,
                                       .suffix = "",
                                       .object = CSTORAGE_OBJECT_LAYER,
                                       .check = ENTRY_CHECK_RECORD,
                                       .turn = TRASH_TURN_SIDE_FILE,
                                       .relief = ENTRY_RELIEF_TREE},
        [CSTORAGE_ENTRY_LINK] = {.name = "link",
                                 .type = CSTORAGE_TYPE_LINK,
                                 .dirs = BIT(STORE_DIR_LINKS),
                                 .roots = ROOTS_OF_STORE,
                                 .is_name = is_link,
                                 .is_link = true,
                                 .object = CSTORAGE_OBJECT_LAYER,
                                 .check = ENTRY_CHECK_NUMBER,
                                 .turn = TRASH_TURN_SIDE_FILE,
                                 .relief = ENTRY_RELIEF_FILE},
        [CSTORAGE_ENTRY_TEMP_DIR] = {.name = "temp-dir",
                                     .type = CSTORAGE_TYPE_DIRECTORY,
                                     .dirs = DIRS_OF_TEMP,
                                     .roots = ROOTS_OF_STORE,
                                     .is_name = is_temp_dir,
                                     .object = ENTRY_OBJECT_NONE,
                                     .lock = ENTRY_LOCK_BESIDE,
                                     .turn = TRASH_TURN_REST},
        [CSTORAGE_ENTRY_STAGING] = {.name = "staging",
                                    .type = CSTORAGE_TYPE_DIRECTORY,
                                    .dirs = BIT(STORE_DIR_STAGING),
                                    .roots = ROOTS_OF_STORE,
                                    .is_name = is_staging,
                                    .object = ENTRY_OBJECT_NONE,
                                    .parts = {"dir"},
                                    .lock = ENTRY_LOCK_INSIDE,
                                    .turn = TRASH_TURN_REST},
        [CSTORAGE_ENTRY_PROBE] = {.name = "probe",
                                  .type = CSTORAGE_TYPE_DIRECTORY,
                                  .dirs = BIT(STORE_DIR_LAYERS),
                                  .roots = ROOTS_OF_STORE,
                                  .is_name = is_probe,
                                  .object = ENTRY_OBJECT_NONE,
                                  .turn = TRASH_TURN_REST},
        [CSTORAGE_ENTRY_SAVE_LEFTOVER] = {.name = "save-leftover",
                                          .type = CSTORAGE_TYPE_FILE,
                                          .dirs = DIRS_OF_RECORDS,
                                          .roots = ROOTS_OF_STORE | BIT(ROOT_RUN),
                                          .is_name = is_save_leftover,
                                          .object = ENTRY_OBJECT_NONE,
                                          .turn = TRASH_TURN_REST,
                                          .relief = ENTRY_RELIEF_FILE},
        /* One in the image store is from releases 1.47 to 1.52; no process needs it at boot. */
        [CSTORAGE_ENTRY_VOLATILE_FILE] = {.name = "volatile-file",
                                          .type = CSTORAGE_TYPE_FILE,
                                          .dirs = DIRS_OF_VOLATILE,
                                          .roots = BIT(ROOT_GRAPH) | BIT(ROOT_RUN),
                                          .is_name = is_volatile_file,
                                          .object = ENTRY_OBJECT_NONE,
                                          .check = ENTRY_CHECK_CONTENT,
                                          .turn = TRASH_TURN_RESET},
        [CSTORAGE_ENTRY_QUOTA] = {.name = "quota",
                                  .type = CSTORAGE_TYPE_FILE,
                                  .dirs = BIT(STORE_DIR_QUOTAS),
                                  .roots = ROOTS_OF_STORE,
                                  .suffix = "",
                                  .object = CSTORAGE_OBJECT_LAYER,
                                  .check = ENTRY_CHECK_RECORD,
                                  .turn = TRASH_TURN_SIDE_FILE,
                                  .relief = ENTRY_RELIEF_FILE},
};

enum store_dir_kind entry_kind_dir(enum cstorage_entry_kind kind) {
        assert(__builtin_popcount(entry_kinds[kind].dirs) == 1);
        return (enum store_dir_kind) __builtin_ctz(entry_kinds[kind].dirs);
}

static bool is_listed_in(const struct entry_kind *kind, const struct store_dir *place) {
        return (kind->dirs & BIT(place->kind)) && (kind->roots & BIT(place->root));
}

int entry_kind_by_suffix(const struct store_dir *place, const char *behind) {
        for (int i = 0; i < CSTORAGE_ENTRY_KINDS; i++)
                if (is_listed_in(&entry_kinds[i], place) && entry_kinds[i].suffix &&
                    strcmp(behind, entry_kinds[i].suffix) == 0)
                        return i;
        return NOT_LISTED;
}

int entry_kind_by_name(const struct store_dir *place, const char *name, unsigned char type) {
        for (int i = 0; i < CSTORAGE_ENTRY_KINDS; i++)
                if (is_listed_in(&entry_kinds[i], place) && entry_kinds[i].is_name &&
                    entry_kinds[i].is_name(place, name, type))
                        return i;
        return NOT_LISTED;
}

int entry_kind_of(const struct store_dir *place, const char *name, unsigned char type) {
        int kind = name_starts_with_id(name) ? entry_kind_by_suffix(place, name + ID_LENGTH) : NOT_LISTED;

        return kind == NOT_LISTED ? entry_kind_by_name(place, name, type) : kind;
}

/* ------------------------------------------------------------------------------------ for callers */

_public_ const char *cstorage_entry_kind_get_name(enum cstorage_entry_kind kind) {
        return kind < CSTORAGE_ENTRY_KINDS ? entry_kinds[kind].name : NULL;
}

_public_ enum cstorage_entry_type cstorage_entry_kind_get_type(enum cstorage_entry_kind kind) {
        return kind < CSTORAGE_ENTRY_KINDS ? entry_kinds[kind].type : CSTORAGE_TYPE_ABSENT;
}

_public_ const char *cstorage_entry_kind_get_suffix(enum cstorage_entry_kind kind) {
        return kind < CSTORAGE_ENTRY_KINDS ? entry_kinds[kind].suffix : NULL;
}

_public_ int cstorage_entry_kind_get_object(enum cstorage_entry_kind kind, enum cstorage_object *ret) {
        if (kind >= CSTORAGE_ENTRY_KINDS || entry_kinds[kind].object == ENTRY_OBJECT_NONE)
                return 0;
        *ret = (enum cstorage_object) entry_kinds[kind].object;
        return 1;
}
