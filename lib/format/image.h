/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "format/record.h"

/* images.go:Image. Text that the record has not is "". */
struct image {
        struct slice json;
        const char *id;
        const char *digest;
        struct strings names, names_history;
        const char *layer;
        struct strings mapped_layers;
        const char *metadata;
        struct big_data big_data;
        const char *created;
        struct flags flags;
};

struct images {
        struct image *items;
        size_t n;
        struct arena arena;
};

#define IMAGES_INIT ((struct images){0})

void images_done(struct images *images);
#define _cleanup_images_ _cleanup_(images_done)

/* images.json; as layers_parse(). */
int images_parse(struct images *ret, const char *text, size_t len, struct error *reterr);
