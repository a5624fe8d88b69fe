/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* Pseudorandom numbers that depend on the seed only. */
struct dice {
        uint64_t state;
};

struct dice dice_of(uint64_t seed);

/* A number below n. */
unsigned dice_roll(struct dice *dice, unsigned n);

/* True with probability 1/n. */
bool dice_hit(struct dice *dice, unsigned n);

/* Make a store with random faults. Facts must be empty. Returns 0 or -ENOMEM. */
int world_make(struct facts *facts, struct dice *dice);

/* Copy the facts and their arrays; strings and lists are shared with the original. */
int world_copy(struct facts *to, const struct facts *from);

/* Each of these adds the object in its name. */
int world_add_record(struct facts *facts, struct dice *dice);
int world_add_mount(struct facts *facts, struct dice *dice);
void world_hold_lock(struct facts *facts, struct dice *dice);
void world_damage_file(struct facts *facts, struct dice *dice);
int world_hide_directory(struct facts *facts, struct dice *dice);
int world_damage_layers(struct facts *facts, struct dice *dice);
void world_shuffle(struct facts *facts, struct dice *dice);
