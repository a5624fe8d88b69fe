/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/idset.h"
#include "facts/facts.h"
#include "plan/intern.h"
#include "plan/reasons.h"

/*
 * What the facts say about each id that they mention. Layers have a number and marks; of containers and
 * images it is enough to know which have a record.
 */

#define TAR_SPLIT_SUFFIX ".tar-split.gz" /* layers.go:tarSplitSuffix */

/* Marks of a layer. A record of it in a file of a location is the bit of that location. */
#define MARK_RECORD(location) (1U << (location))
#define MARK_RECORDS          0xffU

enum {
        MARK_STABLE_COMPLETE = 1U << 8, /* a record in a layers.json of ours, not an incomplete one */
        MARK_REFERENCES = 1U << 9, /* a record has it: of a layer as its parent, an image or a container */
        MARK_OF_OWN_RECORD = 1U << 12,  /* one of these is in a file that is not an additional store's */
        MARK_MOUNTED = 1U << 13,        /* mountpoints.json counts it */
        MARK_BELOW = 1U << 14,          /* a layer directory that stays lies on it */
        MARK_LOWER = 1U << 15,          /* some layer directory lies on it, whether that stays or not */
        MARK_SIDE_FILE = 1U << 16,      /* a tar-split file or big data of it is there */
        MARK_DIR_GRAPHROOT = 1U << 17,  /* there is a layer directory of it in the graphroot */
        MARK_DIR_IMAGESTORE = 1U << 18, /* and in the image store */
        MARK_STAYS = 1U << 19,          /* a directory of it is kept */
        MARK_REFUSED = 1U << 21,        /* a directory of it is refused */
        MARK_HELD = 1U << 23,           /* a directory or side file of it cannot go, for what it is */
        MARK_IN_USE = 1U << 24,         /* something alive uses it */
        MARK_RECENT = 1U << 25,         /* it changed since the boot, and something may use it */
        MARK_SET_ASIDE = 1U << 26,      /* a volatile file that was set aside lists it */
};

#define MARK_KNOWN (MARK_RECORDS | MARK_REFERENCES | MARK_MOUNTED | MARK_IN_USE | MARK_BELOW | MARK_SET_ASIDE)
#define MARK_DIRS  (MARK_DIR_GRAPHROOT | MARK_DIR_IMAGESTORE)

struct references {
        struct intern numbers;
        uint32_t *mention_marks; /* as many as the numbers have strings */
        size_t cap_mention_marks;
        uint32_t *marks; /* by number; of the last one, which no id has, nothing is ever set */
        size_t containers_at, mounts_at; /* mention of the first one's layer; the others follow */
        size_t in_use_at;                /* and of the first id in use, be it a layer's or a container's */
        size_t entries_at;               /* mention of the first entry's layer; the other entries follow */
        uint32_t *overlay_lower_at;      /* by entry: mention of its first lower */
        struct idset containers, images; /* those that have a record */
        struct idset used_images;        /* those that a container's record says it was made of */
        struct idset in_use;             /* layers and containers that something alive uses */
        struct idset set_aside;          /* ids in volatile files that were set aside, of whatever kind */
        bool *healed;                    /* by file: broken, and about to be put right (heal.c) */
        struct arena arena;
};

#define REFERENCES_INIT ((struct references){0})

void references_done(struct references *references);
#define _cleanup_references_ _cleanup_(references_done)

/* Everything but what follows from directories that stay. The facts must outlive it. */
int references_make(struct references *references, const struct facts *facts);

/* Keep what lies below what stays: known, held and recent layers, and the entries that stays[] tells of. */
int references_spread(struct references *references, const struct facts *facts, const bool *stays);

/* Whether something that stays may lie on layers that the facts do not tell. After references_spread(). */
bool references_has_gaps(const struct references *references, const struct facts *facts);

/* Whether there may be anything of a layer, or a container directory, that could not be listed. */
bool references_has_hidden_signs(const struct facts *facts);

/* Whether there may be layer directories that could not be listed. */
bool references_has_hidden_dirs(const struct facts *facts);

/* Whether there may be tar-split files or big data of layers that could not be listed. */
bool references_has_hidden_side_files(const struct facts *facts);

/* The marks of the layer that an entry is of or leads to; to be written to as well. */
uint32_t *references_marks(const struct references *references, size_t entry);

/* Why a layer with these marks is known; one of MARK_KNOWN must be among them. */
enum reason references_reason(uint32_t marks);

/* The layer's directories, of one store part. */
static inline uint32_t mark_dir(const struct fact_entry *entry) {
        return entry->imagestore ? MARK_DIR_IMAGESTORE : MARK_DIR_GRAPHROOT;
}
