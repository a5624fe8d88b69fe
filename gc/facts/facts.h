/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <cstorage.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

/*
 * All that a decision rests on, as plain arrays. The text form, one fact a line, is what --dump-facts prints
 * and what the tests of the plan are written in: a bug report is a regression test.
 *
 * Strings are borrowed from the snapshot and inventory that were observed, or live in the arena when read
 * from text.
 */

struct fact_file { /* a record file, there or not */
        enum cstorage_record_file_kind kind;
        enum cstorage_location location;
        enum cstorage_record_file_state state;
        const char *path;
        const char *problem; /* "" where there is none */
        bool broken;         /* it says nothing to anybody, no Go process either */
};

struct fact_layer {
        const char *id, *parent;
        enum cstorage_location location;
        bool incomplete;
};

struct fact_image {
        const char *id, *layer;
        const char *const *mapped; /* other id-mapped copies of the top layer */
        size_t n_mapped;
        enum cstorage_location location;
};

struct fact_container {
        const char *id, *layer, *image;
        enum cstorage_location location;
};

/*
 * An entry of the store's directories. What has a record of its own is not examined: nothing depends on more.
 * A temp dir is called temp-dir-N, and lock-N where that file is all that is there of it. Of volatile files
 * only those are entries too of which nothing can be read: they may be healed.
 */
struct fact_entry {
        enum cstorage_entry_kind kind;
        bool imagestore; /* else graphroot */
        const char *id;  /* NULL: the name gives none */
        const char *name;
        const char *path;
        bool examined;
        struct cstorage_entry_stat identity; /* where examined */
        const char *const *lowers; /* of an examined layer directory: the ids it lies on, nearest first */
        size_t n_lowers;
        bool overlay_lower_unknown; /* its files do not make sense: it may lie on anything */
        bool half;                  /* cstorage_entry_is_split_layer(): what it lies on the other one tells */
        const char *problem;        /* "" or why it could not be examined */
        const struct cstorage_entry *entry; /* where it came from; NULL when read from text */
};

static inline bool fact_entry_is_examined(const struct fact_entry *entry) {
        return entry->examined && !*entry->problem;
}

static inline bool fact_entry_is_gone(const struct fact_entry *entry) {
        return entry->examined && entry->identity.type == CSTORAGE_TYPE_ABSENT;
}

struct fact_use { /* something that is alive uses a layer or a container, whatever the records say */
        const char *id;
        const char *by; /* "mount", "process 1234 (conmon)": for people */
};

struct fact_problem { /* a directory that could not be listed */
        const char *path, *text;
};

struct facts {
        const char *graphroot, *runroot, *imagestore, *driver; /* imagestore: NULL where there is none */
        bool transient;
        int64_t now_ns, boot_ns; /* since the epoch: of the observation, and of the boot (boot-time.h) */
        bool at_boot;            /* proven: no container of this boot can be alive (boot-stage.h) */
        bool starts_unmarked; /* a start of a container need not change its layer: all drivers but overlay */
        bool uses_seen;       /* every process and mount namespace was looked at (uses.h) */
        const char *uses_unseen; /* why not; "" if they were, or if nothing had to be removed */

        struct fact_file *files;
        size_t n_files, cap_files;
        struct fact_layer *layers;
        size_t n_layers, cap_layers;
        struct fact_image *images;
        size_t n_images, cap_images;
        struct fact_container *containers;
        size_t n_containers, cap_containers;
        const char **mounts; /* layers that mountpoints.json counts as mounted */
        size_t n_mounts, cap_mounts;
        struct fact_use *in_use;
        size_t n_in_use, cap_in_use;
        const char **set_aside; /* ids in volatile files that were set aside, of whatever kind */
        size_t n_set_aside, cap_set_aside;
        struct fact_entry *entries;
        size_t n_entries, cap_entries;
        struct fact_problem *problems;
        size_t n_problems, cap_problems;

        struct arena arena;
};

#define FACTS_INIT ((struct facts){0})

void facts_done(struct facts *facts);
#define _cleanup_facts_ _cleanup_(facts_done)

/* Add one, zeroed, to an array of the facts; NULL where there is no memory. */
struct fact_file *facts_add_file(struct facts *facts);
struct fact_layer *facts_add_layer(struct facts *facts);
struct fact_image *facts_add_image(struct facts *facts);
struct fact_container *facts_add_container(struct facts *facts);
struct fact_entry *facts_add_entry(struct facts *facts);
struct fact_use *facts_add_use(struct facts *facts);
struct fact_problem *facts_add_problem(struct facts *facts);
int facts_add_mount(struct facts *facts, const char *layer_id);
int facts_add_set_aside(struct facts *facts, const char *id);

/* For reports alone: the store of a driver, whole. No fact is of this kind. */
#define FACT_KIND_STORE ((enum cstorage_entry_kind)(CSTORAGE_ENTRY_QUOTA + 1))

/* "layer-dir": for reports and the text form. */
const char *fact_kind_name(enum cstorage_entry_kind kind);

/* The text form; reading what was written gives the same facts. Anything not understood is -EBADMSG with its
 * line. */
int facts_write(const struct facts *facts, struct text *text);
int facts_parse(struct facts *facts, const char *text, size_t len, struct error *reterr);
