/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which layers are spoken for. The ids that records, mounts and entries mention are numbered once; everything
 * after that is marks in an array, so that a store of ten thousand layers takes a few milliseconds.
 *
 * A directory that stays keeps what it lies on, whatever it stays for: a recorded layer's parent is named by
 * its record, but one that is only referred to, or refused, has nothing but its own "lower" file to tell.
 */

#include <string.h>

#include "base/array.h"
#include "plan/references.h"

void known_done(struct known *known) {
        numbers_done(&known->numbers);
        free(known->mention_marks);
        free(known->marks);
        free(known->lowers_at);
        free(known->healed);
        idset_done(&known->containers);
        idset_done(&known->images);
        idset_done(&known->used_images);
        idset_done(&known->in_use);
        idset_done(&known->set_aside);
        arena_done(&known->arena);
        *known = KNOWN_INIT;
}

static int mention(struct known *known, const char *layer, uint32_t marks) {
        size_t n = known->numbers.n;
        int r;

        r = ARRAY_RESERVE(known->mention_marks, known->cap_mention_marks, n + 1);
        if (r < 0)
                return r;
        r = numbers_add(&known->numbers, layer);
        if (r < 0)
                return r;

        known->mention_marks[n] = marks;
        return 0;
}

static uint32_t own(enum cstorage_location location) {
        return location == CSTORAGE_LOCATION_ADDITIONAL ? 0 : MARK_OF_OWN_RECORD;
}

/* Releases 1.47 to 1.52 have the layers of containers in the image store's file as well. */
static uint32_t complete(const struct fact_layer *layer) {
        bool stable = layer->location == CSTORAGE_LOCATION_STABLE ||
                      layer->location == CSTORAGE_LOCATION_IMAGESTORE;

        return stable && !layer->incomplete ? MARK_STABLE_COMPLETE : 0;
}

static int mention_layers(struct known *known, const struct facts *facts) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < facts->n_layers; i++) {
                const struct fact_layer *layer = &facts->layers[i];

                r = mention(known, layer->id, MARK_RECORD(layer->location) | complete(layer));
                if (r >= 0)
                        r = mention(known, layer->parent, MARK_REFERENCES | own(layer->location));
        }
        return r;
}

static int mention_image(struct known *known, const struct fact_image *image) {
        uint32_t marks = MARK_REFERENCES | own(image->location);
        int r;

        r = mention(known, image->layer, marks);
        for (size_t i = 0; r >= 0 && i < image->n_mapped; i++)
                r = mention(known, image->mapped[i], marks);
        if (r < 0)
                return r;

        return idset_add(&known->images, image->id);
}

static int mention_container(struct known *known, const struct fact_container *container) {
        int r;

        r = mention(known, container->layer, MARK_REFERENCES | own(container->location));
        if (r >= 0)
                r = idset_add(&known->used_images, container->image);
        if (r < 0)
                return r;

        return idset_add(&known->containers, container->id);
}

static int mention_use(struct known *known, const struct fact_use *use) {
        int r;

        r = mention(known, use->id, MARK_IN_USE);
        return r < 0 ? r : idset_add(&known->in_use, use->id);
}

static int mention_records(struct known *known, const struct facts *facts) {
        int r;

        r = mention_layers(known, facts);
        for (size_t i = 0; r >= 0 && i < facts->n_images; i++)
                r = mention_image(known, &facts->images[i]);
        known->containers_at = known->numbers.n;
        for (size_t i = 0; r >= 0 && i < facts->n_containers; i++)
                r = mention_container(known, &facts->containers[i]);
        known->mounts_at = known->numbers.n;
        for (size_t i = 0; r >= 0 && i < facts->n_mounts; i++)
                r = mention(known, facts->mounts[i], MARK_MOUNTED);
        known->in_use_at = known->numbers.n;
        for (size_t i = 0; r >= 0 && i < facts->n_in_use; i++)
                r = mention_use(known, &facts->in_use[i]);
        return r;
}

/* They show nothing of other files: what they stand for is not known. */
static int mention_set_aside(struct known *known, const struct facts *facts) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < facts->n_set_aside; i++) {
                r = mention(known, facts->set_aside[i], MARK_SET_ASIDE);
                if (r >= 0)
                        r = idset_add(&known->set_aside, facts->set_aside[i]);
        }
        return r;
}

/* The name without ".tar-split.gz", in the arena; NULL if there is no memory. */
static const char *tar_split_layer(struct known *known, const struct fact_entry *entry) {
        size_t n = strlen(entry->name);

        if (has_suffix(entry->name, TAR_SPLIT_SUFFIX))
                n -= strlen(TAR_SPLIT_SUFFIX);
        return arena_text(&known->arena, entry->name, n);
}

/*
 * What an entry is of, its name tells, be it an id of 64 digits or not: ids that came through Go's API may be
 * anything. Only a link's name tells nothing.
 */
static int mention_entry(struct known *known, const struct fact_entry *entry) {
        const char *layer;

        switch (entry->kind) {
        case CSTORAGE_ENTRY_LAYER_DIR:
                return mention(known, entry->name, mark_dir(entry));
        case CSTORAGE_ENTRY_LAYER_DATA:
                return mention(known, entry->name, MARK_SIDE_FILE);
        case CSTORAGE_ENTRY_TAR_SPLIT:
                layer = tar_split_layer(known, entry);
                return layer ? mention(known, layer, MARK_SIDE_FILE) : -ENOMEM;
        case CSTORAGE_ENTRY_LINK:
                return mention(known, entry->id, 0);
        case CSTORAGE_ENTRY_PROBE:
        case CSTORAGE_ENTRY_QUOTA: /* layers of containers have one, too: it shows nothing (btrfs.go:create)
                                    */
                return mention(known, entry->name, 0);
        case CSTORAGE_ENTRY_CONTAINER_DIR:
        case CSTORAGE_ENTRY_IMAGE_DIR:
        case CSTORAGE_ENTRY_TEMP_DIR:
        case CSTORAGE_ENTRY_STAGING:
        case CSTORAGE_ENTRY_SAVE_LEFTOVER:
        case CSTORAGE_ENTRY_VOLATILE_FILE:
                break;
        }
        return mention(known, NULL, 0);
}

static int mention_entries(struct known *known, const struct facts *facts) {
        int r = 0;

        known->entries_at = known->numbers.n;
        for (size_t i = 0; r >= 0 && i < facts->n_entries; i++)
                r = mention_entry(known, &facts->entries[i]);
        return r;
}

static int mention_lowers(struct known *known, const struct facts *facts) {
        int r = 0;

        known->lowers_at = reallocarray(NULL, facts->n_entries + 1, sizeof(*known->lowers_at));
        if (!known->lowers_at)
                return -ENOMEM;

        for (size_t i = 0; r >= 0 && i < facts->n_entries; i++) {
                known->lowers_at[i] = (uint32_t) known->numbers.n;
                for (size_t k = 0; r >= 0 && k < facts->entries[i].n_lowers; k++)
                        r = mention(known, facts->entries[i].lowers[k], MARK_LOWER);
        }
        return r;
}

/* The number of nothing is that of one more set of marks behind those of the ids; it never gets any. */
static int set_marks(struct known *known) {
        uint32_t nothing = known->numbers.n_distinct;

        known->marks = calloc((size_t) nothing + 1, sizeof(*known->marks));
        if (!known->marks)
                return -ENOMEM;

        for (size_t i = 0; i < known->numbers.n; i++) {
                uint32_t *number = &known->numbers.numbers[i];

                if (*number == NUMBER_NONE)
                        *number = nothing;
                else
                        known->marks[*number] |= known->mention_marks[i];
        }
        return 0;
}

int known_make(struct known *known, const struct facts *facts) {
        int r;

        r = mention_records(known, facts);
        if (r < 0)
                return r;
        r = mention_set_aside(known, facts);
        if (r < 0)
                return r;
        r = mention_entries(known, facts);
        if (r < 0)
                return r;
        r = mention_lowers(known, facts);
        if (r < 0)
                return r;
        r = numbers_assign(&known->numbers);
        if (r < 0)
                return r;

        idset_seal(&known->containers);
        idset_seal(&known->images);
        idset_seal(&known->used_images);
        idset_seal(&known->in_use);
        idset_seal(&known->set_aside);
        return set_marks(known);
}

static uint32_t entry_number(const struct known *known, size_t entry) {
        return known->numbers.numbers[known->entries_at + entry];
}

uint32_t *known_marks(const struct known *known, size_t entry) {
        return &known->marks[entry_number(known, entry)];
}

enum reason known_reason(uint32_t marks) {
        assert(marks & MARK_KNOWN);

        if (marks & MARK_RECORDS)
                return REASON_RECORDED;
        if (marks & (MARK_REFERENCES | MARK_SET_ASIDE))
                return REASON_REFERENCED;
        if (marks & MARK_IN_USE)
                return REASON_IN_USE;
        if (marks & MARK_MOUNTED)
                return REASON_MOUNTED;
        return REASON_BELOW_KEPT;
}

/* The entries of each layer, as lists, and those that are still to be followed. */
struct spread {
        uint32_t *first; /* by number: an entry, counted from 1, or END */
        uint32_t *next;  /* by entry: the same */
        uint32_t *todo;  /* each entry at most twice: for itself, and once for what lies on its layer */
        size_t n_todo;
};

#define END 0

static void spread_done(struct spread *spread) {
        free(spread->first);
        free(spread->next);
        free(spread->todo);
}

static int spread_begin(struct spread *spread, const struct known *known, const struct facts *facts) {
        size_t n = facts->n_entries;

        spread->first = calloc((size_t) known->numbers.n_distinct + 1, sizeof(*spread->first));
        spread->next = reallocarray(NULL, n + 1, sizeof(*spread->next));
        spread->todo = reallocarray(NULL, n + 1, 2 * sizeof(*spread->todo));
        if (!spread->first || !spread->next || !spread->todo)
                return -ENOMEM;

        for (size_t i = 0; i < n; i++) {
                uint32_t number = entry_number(known, i);

                spread->next[i] = spread->first[number];
                spread->first[number] = (uint32_t) (i + 1);
        }
        return 0;
}

static void spread_from(struct spread *spread, size_t entry) {
        spread->todo[spread->n_todo++] = (uint32_t) entry;
}

static void spread_to_lowers(struct spread *spread, struct known *known, const struct facts *facts,
                             size_t entry) {
        for (size_t k = 0; k < facts->entries[entry].n_lowers; k++) {
                uint32_t number = known->numbers.numbers[known->lowers_at[entry] + k];

                if (number == known->numbers.n_distinct)
                        continue;
                known->marks[number] |= MARK_BELOW;
                for (uint32_t i = spread->first[number]; i != END; i = spread->next[i - 1])
                        spread_from(spread, i - 1);
                spread->first[number] = END; /* all of them are on their way */
        }
}

int known_spread(struct known *known, const struct facts *facts, const bool *stays) {
        _cleanup_(spread_done) struct spread spread = {0};
        int r;

        r = spread_begin(&spread, known, facts);
        if (r < 0)
                return r;

        for (size_t i = 0; i < facts->n_entries; i++)
                if (stays[i] || (*known_marks(known, i) & (MARK_KNOWN | MARK_HELD | MARK_RECENT)))
                        spread_from(&spread, i);
        while (spread.n_todo > 0)
                spread_to_lowers(&spread, known, facts, spread.todo[--spread.n_todo]);
        return 0;
}

/* A directory that something is mounted over shows not the layer's own files, and the half in the graphroot
 * has none. */
static bool lowers_are_read(const struct fact_entry *entry, uint32_t marks) {
        if (!fact_entry_is_examined(entry))
                return false;
        if (entry->half && !(marks & MARK_DIR_IMAGESTORE))
                return false;
        if (entry->identity.type == CSTORAGE_ENTRY_IS_ABSENT)
                return true;
        return entry->identity.type == CSTORAGE_ENTRY_IS_DIRECTORY && !entry->identity.other_mount &&
               !entry->lowers_unknown;
}

bool known_has_gaps(const struct known *known, const struct facts *facts) {
        if (known_has_hidden_dirs(facts))
                return true;

        for (size_t i = 0; i < facts->n_entries; i++) {
                uint32_t marks = *known_marks(known, i);

                if (facts->entries[i].kind == CSTORAGE_ENTRY_LAYER_DIR &&
                    (marks & (MARK_KNOWN | MARK_RECENT)) && !(marks & MARK_RECORDS) &&
                    !lowers_are_read(&facts->entries[i], marks))
                        return true;
        }

        return false;
}

/* The directories of a store that hold no layer directories, and of these those that hold nothing that shows
 * whether a container uses something; the last part of their paths. */
static const char *const without_layers[] = {
        "/l", "/staging", "/tempdirs", "/quotas", "-layers", "-layers/tmp", "-images", "-containers",
};
static const char *const without_signs[] = {"/staging", "/tempdirs", "-layers/tmp", "-images"};

static bool has_any_suffix(const char *path, const char *const *suffixes, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (has_suffix(path, suffixes[i]))
                        return true;
        return false;
}

static bool has_problem_elsewhere(const struct facts *facts, const char *const *directories, size_t n) {
        for (size_t i = 0; i < facts->n_problems; i++)
                if (!has_any_suffix(facts->problems[i].path, directories, n))
                        return true;
        return false;
}

bool known_has_hidden_dirs(const struct facts *facts) {
        return has_problem_elsewhere(facts, without_layers, ARRAY_SIZE(without_layers));
}

bool known_has_hidden_signs(const struct facts *facts) {
        return has_problem_elsewhere(facts, without_signs, ARRAY_SIZE(without_signs));
}

bool known_has_hidden_side_files(const struct facts *facts) {
        for (size_t i = 0; i < facts->n_problems; i++)
                if (has_suffix(facts->problems[i].path, "-layers"))
                        return true;
        return false;
}
