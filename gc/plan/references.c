/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Find the referenced layers. The ids that records, mounts and entries contain are numbered once; then every
 * layer has its marks in an array, so that a store of ten thousand layers takes a few milliseconds.
 *
 * If a directory is kept, for whatever reason, its lowers are kept as well: the record of a layer contains
 * its parent, but for a layer that has no record, or is refused, only the "lower" file lists the lowers.
 */

#include <string.h>

#include "base/array.h"
#include "plan/references.h"

void references_done(struct references *references) {
        intern_done(&references->numbers);
        free(references->mention_marks);
        free(references->marks);
        free(references->overlay_lower_at);
        free(references->repaired);
        idset_done(&references->containers);
        idset_done(&references->images);
        idset_done(&references->used_images);
        idset_done(&references->in_use);
        idset_done(&references->set_aside);
        arena_done(&references->arena);
        *references = REFERENCES_INIT;
}

static int mention(struct references *references, const char *layer, uint32_t marks) {
        size_t n = references->numbers.n;
        int r;

        r = ARRAY_RESERVE(references->mention_marks, references->cap_mention_marks, n + 1);
        if (r < 0)
                return r;
        r = intern_add(&references->numbers, layer);
        if (r < 0)
                return r;

        references->mention_marks[n] = marks;
        return 0;
}

static uint32_t own(enum cstorage_location location) {
        return location == CSTORAGE_LOCATION_ADDITIONAL ? 0 : MARK_OF_OWN_RECORD;
}

/* Releases 1.47 to 1.52 record the layers of containers in the file of the image store as well. */
static uint32_t complete(const struct fact_layer *layer) {
        bool stable = layer->location == CSTORAGE_LOCATION_STABLE ||
                      layer->location == CSTORAGE_LOCATION_IMAGESTORE;

        return stable && !layer->incomplete ? MARK_STABLE_COMPLETE : 0;
}

static int mention_layers(struct references *references, const struct facts *facts) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < facts->n_layers; i++) {
                const struct fact_layer *layer = &facts->layers[i];

                r = mention(references, layer->id, MARK_RECORD(layer->location) | complete(layer));
                if (r >= 0)
                        r = mention(references, layer->parent, MARK_REFERENCES | own(layer->location));
        }
        return r;
}

static int mention_image(struct references *references, const struct fact_image *image) {
        uint32_t marks = MARK_REFERENCES | own(image->location);
        int r;

        r = mention(references, image->layer, marks);
        for (size_t i = 0; r >= 0 && i < image->n_mapped; i++)
                r = mention(references, image->mapped[i], marks);
        if (r < 0)
                return r;

        return idset_add(&references->images, image->id);
}

static int mention_container(struct references *references, const struct fact_container *container) {
        int r;

        r = mention(references, container->layer, MARK_REFERENCES | own(container->location));
        if (r >= 0)
                r = idset_add(&references->used_images, container->image);
        if (r < 0)
                return r;

        return idset_add(&references->containers, container->id);
}

static int mention_use(struct references *references, const struct fact_use *use) {
        int r;

        r = mention(references, use->id, MARK_IN_USE);
        return r < 0 ? r : idset_add(&references->in_use, use->id);
}

static int mention_records(struct references *references, const struct facts *facts) {
        int r;

        r = mention_layers(references, facts);
        for (size_t i = 0; r >= 0 && i < facts->n_images; i++)
                r = mention_image(references, &facts->images[i]);
        references->containers_at = references->numbers.n;
        for (size_t i = 0; r >= 0 && i < facts->n_containers; i++)
                r = mention_container(references, &facts->containers[i]);
        references->mounts_at = references->numbers.n;
        for (size_t i = 0; r >= 0 && i < facts->n_mounts; i++)
                r = mention(references, facts->mounts[i], MARK_MOUNTED);
        references->in_use_at = references->numbers.n;
        for (size_t i = 0; r >= 0 && i < facts->n_in_use; i++)
                r = mention_use(references, &facts->in_use[i]);
        return r;
}

/* Ids in files that were moved aside are no evidence about other files: their kind is not known. */
static int mention_set_aside(struct references *references, const struct facts *facts) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < facts->n_set_aside; i++) {
                r = mention(references, facts->set_aside[i], MARK_SET_ASIDE);
                if (r >= 0)
                        r = idset_add(&references->set_aside, facts->set_aside[i]);
        }
        return r;
}

bool references_is_side_file(const struct fact_entry *entry) {
        return entry->kind == CSTORAGE_ENTRY_TAR_SPLIT || entry->kind == CSTORAGE_ENTRY_LAYER_DATA;
}

/* What an entry shows of its layer. Container layers have quota files, too: no evidence (btrfs.go:create). */
static uint32_t entry_evidence(const struct fact_entry *entry) {
        if (entry->kind == CSTORAGE_ENTRY_LAYER_DIR)
                return mark_dir(entry);
        return references_is_side_file(entry) ? MARK_SIDE_FILE : 0;
}

/* The name without the suffix of its kind, in the arena if there is one; NULL if out of memory. */
static const char *layer_in_name(struct references *references, const struct fact_entry *entry) {
        const char *suffix = cstorage_entry_kind_get_suffix(entry->kind);

        if (!suffix || !*suffix || !has_suffix(entry->name, suffix))
                return entry->name;
        return arena_text(&references->arena, entry->name, strlen(entry->name) - strlen(suffix));
}

/* An entry belongs to the layer in its name, whether or not that is an id of 64 digits: ids that were
 * created through Go's API may be anything. The name of a link contains no id. */
static int mention_entry(struct references *references, const struct fact_entry *entry) {
        const char *layer;

        if (entry->kind == CSTORAGE_ENTRY_LINK)
                return mention(references, entry->id, 0);
        if (entry->kind != CSTORAGE_ENTRY_PROBE && !fact_kind_is_of_layer(entry->kind))
                return mention(references, NULL, 0);

        layer = layer_in_name(references, entry);
        return layer ? mention(references, layer, entry_evidence(entry)) : -ENOMEM;
}

static int mention_entries(struct references *references, const struct facts *facts) {
        int r = 0;

        references->entries_at = references->numbers.n;
        for (size_t i = 0; r >= 0 && i < facts->n_entries; i++)
                r = mention_entry(references, &facts->entries[i]);
        return r;
}

static int mention_lowers(struct references *references, const struct facts *facts) {
        int r = 0;

        references->overlay_lower_at =
                reallocarray(NULL, facts->n_entries + 1, sizeof(*references->overlay_lower_at));
        if (!references->overlay_lower_at)
                return -ENOMEM;

        for (size_t i = 0; r >= 0 && i < facts->n_entries; i++) {
                references->overlay_lower_at[i] = (uint32_t) references->numbers.n;
                for (size_t k = 0; r >= 0 && k < facts->entries[i].n_lowers; k++)
                        r = mention(references, facts->entries[i].lowers[k], MARK_LOWER);
        }
        return r;
}

/* The empty id has the last number. Its marks are never set. */
static int set_marks(struct references *references) {
        uint32_t nothing = references->numbers.n_distinct;

        references->marks = calloc((size_t) nothing + 1, sizeof(*references->marks));
        if (!references->marks)
                return -ENOMEM;

        for (size_t i = 0; i < references->numbers.n; i++) {
                uint32_t *number = &references->numbers.numbers[i];

                if (*number == INTERN_NONE)
                        *number = nothing;
                else
                        references->marks[*number] |= references->mention_marks[i];
        }
        return 0;
}

int references_make(struct references *references, const struct facts *facts) {
        int r;

        r = mention_records(references, facts);
        if (r < 0)
                return r;
        r = mention_set_aside(references, facts);
        if (r < 0)
                return r;
        r = mention_entries(references, facts);
        if (r < 0)
                return r;
        r = mention_lowers(references, facts);
        if (r < 0)
                return r;
        r = intern_assign(&references->numbers);
        if (r < 0)
                return r;

        idset_seal(&references->containers);
        idset_seal(&references->images);
        idset_seal(&references->used_images);
        idset_seal(&references->in_use);
        idset_seal(&references->set_aside);
        return set_marks(references);
}

static uint32_t entry_number(const struct references *references, size_t entry) {
        return references->numbers.numbers[references->entries_at + entry];
}

uint32_t *references_marks(const struct references *references, size_t entry) {
        return &references->marks[entry_number(references, entry)];
}

enum reason references_reason(uint32_t marks) {
        assert(marks & MARK_KNOWN);

        if (marks & MARK_RECORDS)
                return REASON_RECORDED;
        if (marks & (MARK_REFERENCES | MARK_SET_ASIDE))
                return REASON_REFERENCED;
        if (marks & MARK_IN_USE)
                return REASON_IN_USE;
        if (marks & MARK_MOUNTED)
                return REASON_MOUNTED;
        return REASON_LOWER_OF_KEPT;
}

/* Lists of the entries of each layer, and the stack of entries whose lowers are still to be marked. */
struct spread {
        uint32_t *first; /* by number: an entry, counted from 1, or END */
        uint32_t *next;  /* by entry: the same */
        uint32_t *todo;  /* each entry at most twice: for itself, and once as a lower */
        size_t n_todo;
};

#define END 0

static void spread_done(struct spread *spread) {
        free(spread->first);
        free(spread->next);
        free(spread->todo);
}

static int spread_begin(struct spread *spread, const struct references *references,
                        const struct facts *facts) {
        size_t n = facts->n_entries;

        spread->first = calloc((size_t) references->numbers.n_distinct + 1, sizeof(*spread->first));
        spread->next = reallocarray(NULL, n + 1, sizeof(*spread->next));
        spread->todo = reallocarray(NULL, n + 1, 2 * sizeof(*spread->todo));
        if (!spread->first || !spread->next || !spread->todo)
                return -ENOMEM;

        for (size_t i = 0; i < n; i++) {
                uint32_t number = entry_number(references, i);

                spread->next[i] = spread->first[number];
                spread->first[number] = (uint32_t) (i + 1);
        }
        return 0;
}

static void spread_from(struct spread *spread, size_t entry) {
        spread->todo[spread->n_todo++] = (uint32_t) entry;
}

static void spread_to_lowers(struct spread *spread, struct references *references, const struct facts *facts,
                             size_t entry) {
        for (size_t k = 0; k < facts->entries[entry].n_lowers; k++) {
                uint32_t number = references->numbers.numbers[references->overlay_lower_at[entry] + k];

                if (number == references->numbers.n_distinct)
                        continue;
                references->marks[number] |= MARK_BELOW;
                for (uint32_t i = spread->first[number]; i != END; i = spread->next[i - 1])
                        spread_from(spread, i - 1);
                spread->first[number] = END; /* all of them are on the stack */
        }
}

int references_spread(struct references *references, const struct facts *facts, const bool *stays) {
        _cleanup_(spread_done) struct spread spread = {0};
        int r;

        r = spread_begin(&spread, references, facts);
        if (r < 0)
                return r;

        for (size_t i = 0; i < facts->n_entries; i++)
                if (stays[i] || (*references_marks(references, i) & (MARK_KNOWN | MARK_HELD | MARK_RECENT)))
                        spread_from(&spread, i);
        while (spread.n_todo > 0)
                spread_to_lowers(&spread, references, facts, spread.todo[--spread.n_todo]);
        return 0;
}

/* If a file system is mounted on the directory, the layer's own files are hidden. The directory of a split
 * layer in the graphroot has no "lower" file. */
static bool overlay_lower_are_read(const struct fact_entry *entry, uint32_t marks) {
        if (!fact_entry_is_examined(entry))
                return false;
        if (entry->split_layer && !(marks & MARK_DIR_IMAGESTORE))
                return false;
        if (entry->identity.type == CSTORAGE_TYPE_ABSENT)
                return true;
        return entry->identity.type == CSTORAGE_TYPE_DIRECTORY && !entry->identity.other_mount &&
               !entry->overlay_lower_unknown;
}

bool references_has_gaps(const struct references *references, const struct facts *facts) {
        if (references_has_hidden_dirs(facts))
                return true;

        for (size_t i = 0; i < facts->n_entries; i++) {
                uint32_t marks = *references_marks(references, i);

                if (facts->entries[i].kind == CSTORAGE_ENTRY_LAYER_DIR &&
                    (marks & (MARK_KNOWN | MARK_RECENT)) && !(marks & MARK_RECORDS) &&
                    !overlay_lower_are_read(&facts->entries[i], marks))
                        return true;
        }

        return false;
}

/* Suffixes of the directories that contain no layer directories, and of those that contain no evidence
 * that a container uses an object. */
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

bool references_has_hidden_dirs(const struct facts *facts) {
        return has_problem_elsewhere(facts, without_layers, ARRAY_SIZE(without_layers));
}

bool references_has_hidden_signs(const struct facts *facts) {
        return has_problem_elsewhere(facts, without_signs, ARRAY_SIZE(without_signs));
}

bool references_has_hidden_side_files(const struct facts *facts) {
        for (size_t i = 0; i < facts->n_problems; i++)
                if (has_suffix(facts->problems[i].path, "-layers"))
                        return true;
        return false;
}
