/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/* Numbers that look random and are the same for the same seed. */
struct dice {
        uint64_t state;
};

struct dice dice_of(uint64_t seed);

/* Below n. */
unsigned dice_roll(struct dice *dice, unsigned n);

/* Once in n. */
bool dice_hit(struct dice *dice, unsigned n);

/* Make a store with all that can be wrong with one. Facts must be empty; 0 or -ENOMEM. */
int world_make(struct facts *facts, struct dice *dice);

/* A copy whose arrays can be changed; the strings and lists are those of the original. */
int world_copy(struct facts *to, const struct facts *from);

/* Change something: each adds one of what its name says. */
int world_add_record(struct facts *facts, struct dice *dice);
int world_add_mount(struct facts *facts, struct dice *dice);
void world_hold_lock(struct facts *facts, struct dice *dice);
void world_damage_file(struct facts *facts, struct dice *dice);
int world_hide_directory(struct facts *facts, struct dice *dice);
void world_shuffle(struct facts *facts, struct dice *dice);
