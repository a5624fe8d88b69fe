/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/idset.h"
#include "facts/facts.h"
#include "plan/intern.h"
#include "plan/reasons.h"

/* The references to each id in the facts. A layer has a number and marks; for containers and images a set
 * of the recorded ids is enough. */

/* Marks of a layer. If a record file of a location lists the layer, the bit of that location is set. */
#define MARK_RECORD(location) (1U << (location))
#define MARK_RECORDS          0xffU

enum {
        MARK_STABLE_COMPLETE = 1U << 8, /* a layers.json of this store lists it, and it is complete */
        MARK_REFERENCES = 1U << 9,      /* a record refers to it: of a child, an image or a container */
        MARK_OF_OWN_RECORD = 1U << 12,  /* one of these records is not in an additional store */
        MARK_MOUNTED = 1U << 13,        /* it has a mount count in mountpoints.json */
        MARK_BELOW = 1U << 14,          /* it is a lower of a layer directory that is not removed */
        MARK_LOWER = 1U << 15,          /* it is a lower of a layer directory, kept or not */
        MARK_SIDE_FILE = 1U << 16,      /* it has a tar-split file or big data */
        MARK_DIR_GRAPHROOT = 1U << 17,  /* it has a directory in the graphroot */
        MARK_DIR_IMAGESTORE = 1U << 18, /* it has a directory in the image store */
        MARK_STAYS = 1U << 19,          /* one of its directories is kept */
        MARK_REFUSED = 1U << 21,        /* one of its directories is refused */
        MARK_HELD = 1U << 23,           /* a directory or side file cannot be removed (type, name or state) */
        MARK_IN_USE = 1U << 24,         /* a process or a mount uses it */
        MARK_RECENT = 1U << 25,         /* it changed since the boot, and a container may use it */
        MARK_SET_ASIDE = 1U << 26,      /* a volatile file that was moved aside lists it */
};

#define MARK_KNOWN (MARK_RECORDS | MARK_REFERENCES | MARK_MOUNTED | MARK_IN_USE | MARK_BELOW | MARK_SET_ASIDE)
#define MARK_DIRS  (MARK_DIR_GRAPHROOT | MARK_DIR_IMAGESTORE)

struct references {
        struct intern numbers;
        uint32_t *mention_marks; /* one for each string of numbers */
        size_t cap_mention_marks;
        uint32_t *marks;                 /* by number; the last one, of the empty id, is never set */
        size_t containers_at, mounts_at; /* index of the first one's layer in numbers; the others follow */
        size_t in_use_at;                /* index of the first id in use, a layer's or a container's */
        size_t entries_at;               /* index of the first entry's layer; the others follow */
        uint32_t *overlay_lower_at;      /* by entry: index of its first lower */
        struct idset containers, images; /* ids that have a record */
        struct idset used_images;        /* images that the record of a container refers to */
        struct idset in_use;             /* layers and containers that a process or a mount uses */
        struct idset set_aside;          /* ids in volatile files that were moved aside, of any kind */
        bool *repaired;                  /* by file: torn, and reset in this run (volatile-reset.c) */
        struct arena arena;
};

#define REFERENCES_INIT ((struct references){0})

void references_done(struct references *references);
#define _cleanup_references_ _cleanup_(references_done)

/* Set all marks that do not depend on kept directories. The facts must outlive the references. */
int references_make(struct references *references, const struct facts *facts);

/* Mark the lowers of all kept layers: of referenced, held and recent layers, and of entries with stays[]
 * set. */
int references_spread(struct references *references, const struct facts *facts, const bool *stays);

/* Whether a kept layer may have lowers that could not be read. Call it after references_spread(). */
bool references_has_gaps(const struct references *references, const struct facts *facts);

/* Whether a directory that could not be listed may contain container directories or any object of a layer. */
bool references_has_hidden_signs(const struct facts *facts);

/* Whether a directory that could not be listed may contain layer directories. */
bool references_has_hidden_dirs(const struct facts *facts);

/* Whether a directory that could not be listed may contain tar-split files or big data of layers. */
bool references_has_hidden_side_files(const struct facts *facts);

/* The marks of the layer that an entry belongs or links to. The caller may change them. */
uint32_t *references_marks(const struct references *references, size_t entry);

/* Whether the entry is a tar-split file or big data of a layer, which the layer directory needs. */
bool references_is_side_file(const struct fact_entry *entry);

/* Why a layer with these marks is kept. At least one bit of MARK_KNOWN must be set. */
enum reason references_reason(uint32_t marks);

/* The bit of the part of the store that contains the entry. */
static inline uint32_t mark_dir(const struct fact_entry *entry) {
        return entry->imagestore ? MARK_DIR_IMAGESTORE : MARK_DIR_GRAPHROOT;
}
