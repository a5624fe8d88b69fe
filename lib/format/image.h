/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/text.h"
#include "format/record.h"

/* images.go:Image. A text that the record lacks is "". */
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
        /* The digests that identify the image: digest, and each big data digest whose name starts with
         * "manifest", without duplicates (images.go:recomputeDigests). */
        struct strings digests;
};

struct images {
        struct image *items;
        size_t n;
        struct arena arena;
};

#define IMAGES_INIT ((struct images){0})

void images_done(struct images *images);
#define _cleanup_images_ _cleanup_(images_done)

/* Parse images.json; see layers_parse(). A digest that is invalid in Go is -EBADMSG too. */
int images_parse(struct images *ret, const char *text, size_t len, struct error *reterr);

/* Append a record to the text; see record_compose(). */
int image_compose(const struct image *image, struct text *ret);

extern const struct record_type image_record; /* for record_amend() */
