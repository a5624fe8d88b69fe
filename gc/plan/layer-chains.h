/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/idset.h"
#include "facts/facts.h"

/* Chains of layers by their recorded parents. Both functions take a sealed set and seal it. -ENOMEM. */

/* Add all recorded parents of the layers in the set, down to those without parent. */
int layer_chains_add_parents(struct idset *set, const struct facts *facts);

/* Add all recorded layers that have a layer of the set below them. */
int layer_chains_add_children(struct idset *set, const struct facts *facts);
