/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A store with layers to damage. */

#include "edit.h"

#define BIT(part) CSTORAGE_PART_BIT(CSTORAGE_PART_##part)
#define ALL       (CSTORAGE_PART_BIT(CSTORAGE_PART_MERGED + 1) - 1 - BIT(DIRECTORY))

/* A store with a base layer, one above it, and a container above that. */
struct world {
        struct fixture *f;
        const char *home[3]; /* the driver homes of the three layers */
        char id[3][65];
};

enum { BASE, TOP, BOX };

/* old: without lower-layers. On tmpfs if there is one: repairs sync each file. */
void make_world(struct world *w, bool imagestore, bool old);
void drop_world(struct world *w);

/* The path of a part of a layer, or of its short link; valid for a few calls. */
const char *part_path(const struct world *w, int layer, const char *name);
const char *short_link_path(const struct world *w, int layer);

void remove_part(const struct world *w, const char *path);
void write_bytes(const struct world *w, const char *path, const void *bytes, size_t n);

struct cstorage_layer_stat stat_layer(const struct world *w, int layer);

/* No layer is damaged. */
void assert_whole(const struct world *w);
