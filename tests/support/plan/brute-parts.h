/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The parts of the second planner. */

#include "facts/facts.h"
#include "plan/policy.h"

#define ENTRIES_MAX 256 /* in a generated world */

struct brute {
        const struct facts *f;
        const struct policy *policy;
        bool stays[ENTRIES_MAX]; /* of layer directories */
};

/* Sets of locations. */
#define ANYWHERE ~0U
#define OF_GRAPHROOT                                                                                         \
        (1U << CSTORAGE_LOCATION_STABLE | 1U << CSTORAGE_LOCATION_VOLATILE |                                 \
         1U << CSTORAGE_LOCATION_VOLATILE_RUNROOT)
#define OURS ~(1U << CSTORAGE_LOCATION_ADDITIONAL)

/* brute-speaks.c: the kinds of entries, and their references. */
bool same(const char *a, const char *b);
bool is_hex_id(const char *s);
bool is_absent(const struct fact_entry *e);
bool is_sound(const struct fact_entry *e);
const char *layer_of(const struct fact_entry *e, char buffer[static 512]);
bool is_named_by_an_id(const struct fact_entry *e);
bool has_layer_record(const struct facts *f, const char *id, unsigned locations);
bool is_referred_to(const struct facts *f, const char *layer, unsigned locations);
bool lies_on(const struct fact_entry *e, const char *layer);
bool is_spoken_for(const struct brute *b, const char *layer);
bool has_directory(const struct facts *f, const char *layer, bool there, bool here);
bool is_in_use(const struct facts *f, const char *id);
bool layer_is_recent(const struct brute *b, const char *layer);
bool entry_is_recent(const struct brute *b, const struct fact_entry *e);
bool ends_in(const char *s, const char *end);
bool side_files_are_listed(const struct facts *f);
bool homes_are_listed(const struct facts *f);
bool signs_may_hide(const struct facts *f);
void find_what_stays(struct brute *b);
bool has_container_record(const struct facts *f, const char *id);
bool has_image_record(const struct facts *f, const char *id);
bool is_made_of(const struct facts *f, const char *image);
bool is_set_aside(const struct facts *f, const char *id);
bool is_lost(const struct facts *f, const char *layer);
bool is_side_file(const struct fact_entry *e);

/* brute-doubt.c: entries that a damaged or missing file may have recorded. */
bool entry_may_heal(const struct brute *b, const struct fact_entry *e);
bool layers_are_doubtful(const struct brute *b);
bool containers_are_doubtful(const struct brute *b);
bool images_are_doubtful(const struct brute *b);
