/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts/facts.h"

/*
 * Verify the content of this percentage of the layers, and add a damage for each layer with a damaged file.
 * If it is less than 100, each run begins at a random layer, so that all layers are verified in time. A layer
 * that cannot be verified is a problem. -ENOMEM.
 */
int content_scan(struct facts *facts, const struct cstorage_snapshot *snapshot, unsigned percent);
