/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <cstorage.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

/*
 * The whole input of the plan, as plain arrays. The text form has one fact per line: "cstorage-gc facts"
 * prints it, and the tests of the plan are written in it, so a bug report can become a regression test.
 *
 * Strings are borrowed from the snapshot and the inventory. If the facts were read from text, strings are in
 * the arena.
 */

struct fact_file { /* a record file, existing or missing */
        enum cstorage_record_file_kind kind;
        enum cstorage_location location;
        enum cstorage_record_file_state state;
        const char *path;
        const char *problem; /* "" if there is none */
        bool torn;           /* torn: no Go process can read it either */
};

struct fact_layer {
        const char *id, *parent;
        enum cstorage_location location;
        bool incomplete;
};

struct fact_image {
        const char *id, *layer;
        const char *name;          /* the first name; "" if it has none */
        const char *const *mapped; /* other id-mapped copies of the top layer */
        size_t n_mapped;
        enum cstorage_location location;
};

struct fact_container {
        const char *id, *layer, *image;
        const char *name; /* likewise */
        enum cstorage_location location;
};

/*
 * An entry of the store's directories. An entry that has a record is not examined: the plan does not depend
 * on its attributes. A temp dir is named temp-dir-N, or lock-N if only its lock file exists. A volatile file
 * is an entry only if it cannot be read: it may be reset.
 */
struct fact_entry {
        enum cstorage_entry_kind kind;
        bool imagestore; /* else it is in the graphroot */
        const char *id;  /* NULL if the name contains no id */
        const char *name;
        const char *path;
        bool examined;
        struct cstorage_entry_stat identity; /* if examined */
        const char *const *lowers;           /* of an examined layer directory: its lowers, nearest first */
        size_t n_lowers;
        bool overlay_lower_unknown; /* its "lower" file makes no sense: any layer may be its lower */
        bool split_layer;           /* split layer: the directory in the image store has the "lower" file */
        const char *problem;        /* "", or why it could not be examined */
        const struct cstorage_entry *entry; /* its entry in the inventory; NULL if read from text */
};

static inline bool fact_entry_is_examined(const struct fact_entry *entry) {
        return entry->examined && !*entry->problem;
}

static inline bool fact_entry_is_gone(const struct fact_entry *entry) {
        return entry->examined && entry->identity.type == CSTORAGE_TYPE_ABSENT;
}

struct fact_use { /* a process or a mount uses a layer or a container, recorded or not */
        const char *id;
        const char *by; /* "mount", "process 1234 (conmon)": for reports */
};

/* A part of a store that is damaged although records refer to it: a part of a layer, or one of these three.
 */
#define FACT_PART_LINKS  ((enum cstorage_layer_part)(CSTORAGE_PART_MERGED + 1)) /* the directory "l" */
#define FACT_PART_RECORD ((enum cstorage_layer_part)(CSTORAGE_PART_MERGED + 2)) /* incomplete, or missing */

#define FACT_PART_CONTENT ((enum cstorage_layer_part)(CSTORAGE_PART_MERGED + 3)) /* a file in diff */

struct fact_damage {
        const char *layer; /* "" for the directory "l" */
        enum cstorage_layer_part part;
        enum cstorage_part_state state;
        bool imagestore; /* the part is in the image store, else in the graphroot */
        bool repairable;
        const char *path; /* of the layer directory, the directory "l" or the first damaged file */
};

struct fact_problem { /* a directory that could not be listed */
        const char *path, *text;
};

struct facts {
        const char *graphroot, *runroot, *imagestore, *driver; /* imagestore: NULL if there is none */
        bool transient;
        int64_t now_ns, boot_ns; /* time of the scan, and of the boot (boot-time.h), since the epoch */
        bool at_boot;            /* proven: no container of this boot can be running (boot-stage.h) */
        bool starts_unmarked;    /* starting a container need not change its layer: all drivers but overlay */
        bool uses_seen;          /* every process and mount namespace was examined (uses.h) */
        const char *uses_unseen; /* why not; "" if they were, or if there were no orphans */

        struct fact_file *files;
        size_t n_files, cap_files;
        struct fact_layer *layers;
        size_t n_layers, cap_layers;
        struct fact_image *images;
        size_t n_images, cap_images;
        struct fact_container *containers;
        size_t n_containers, cap_containers;
        const char **mounts; /* layers that have a mount count in mountpoints.json */
        size_t n_mounts, cap_mounts;
        struct fact_use *in_use;
        size_t n_in_use, cap_in_use;
        const char **set_aside; /* ids in volatile files that were moved aside, of any kind */
        size_t n_set_aside, cap_set_aside;
        struct fact_entry *entries;
        size_t n_entries, cap_entries;
        struct fact_problem *problems;
        size_t n_problems, cap_problems;
        struct fact_damage *damages;
        size_t n_damages, cap_damages;

        struct arena arena;
};

#define FACTS_INIT ((struct facts){0})

void facts_done(struct facts *facts);
#define _cleanup_facts_ _cleanup_(facts_done)

/* Append a zeroed element to an array of the facts. Return NULL if out of memory. */
struct fact_file *facts_add_file(struct facts *facts);
struct fact_layer *facts_add_layer(struct facts *facts);
struct fact_image *facts_add_image(struct facts *facts);
struct fact_container *facts_add_container(struct facts *facts);
struct fact_entry *facts_add_entry(struct facts *facts);
struct fact_use *facts_add_use(struct facts *facts);
struct fact_problem *facts_add_problem(struct facts *facts);
struct fact_damage *facts_add_damage(struct facts *facts);
int facts_add_mount(struct facts *facts, const char *layer_id);
int facts_add_set_aside(struct facts *facts, const char *id);

/* Copy a text into the arena of the facts. -ENOMEM. */
int facts_keep_text(struct facts *facts, const char *text, const char **ret);

/* For reports only: the whole store of a driver, and objects that have a record. No entry has such a kind. */
#define FACT_KIND_STORE     ((enum cstorage_entry_kind) CSTORAGE_ENTRY_KINDS)
#define FACT_KIND_LAYER     ((enum cstorage_entry_kind)(CSTORAGE_ENTRY_KINDS + 1))
#define FACT_KIND_IMAGE     ((enum cstorage_entry_kind)(CSTORAGE_ENTRY_KINDS + 2))
#define FACT_KIND_CONTAINER ((enum cstorage_entry_kind)(CSTORAGE_ENTRY_KINDS + 3))
#define FACT_KINDS          (CSTORAGE_ENTRY_KINDS + 4)

/* Whether entries of this kind belong to a layer. */
static inline bool fact_kind_is_of_layer(enum cstorage_entry_kind kind) {
        enum cstorage_object object;

        return cstorage_entry_kind_get_object(kind, &object) > 0 && object == CSTORAGE_OBJECT_LAYER;
}

/* "layer-dir": for reports and the text form. */
const char *fact_kind_name(enum cstorage_entry_kind kind);

/* The text form. Reading it back gives the same facts. A line that cannot be parsed is -EBADMSG. */
int facts_write(const struct facts *facts, struct text *text);
int facts_parse(struct facts *facts, const char *text, size_t len, struct error *reterr);
