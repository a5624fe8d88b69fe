/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/text.h"
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
        /* What the image is found by: digest, and every big data digest whose name starts with "manifest",
         * each once (images.go:recomputeDigests). */
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

/* images.json; as layers_parse(). A digest that Go would not find valid is -EBADMSG too. */
int images_parse(struct images *ret, const char *text, size_t len, struct error *reterr);

/* The digests to find the image by; returns how many. */
size_t image_digests(const struct image *image, const char *const **ret);

/* Add a record to the text as record_compose() does. */
int image_compose(const struct image *image, struct text *ret);

extern const struct record_type image_record; /* what record_amend() wants to know */
