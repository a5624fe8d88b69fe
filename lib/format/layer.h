/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include "base/text.h"
#include "format/record.h"

/* layers.go:Layer. A text that the record lacks is "". */
struct layer {
        struct slice json;
        const char *id;
        struct strings names;
        const char *parent;
        const char *metadata;
        const char *mount_label;
        const char *created;
        const char *compressed_digest;
        const char *diff_digest;
        const char *toc_digest;
        int64_t compressed_size, diff_size;
        int64_t compression;
        struct u32s uids, gids;
        struct flags flags;
        struct id_maps uid_map, gid_map;
        struct strings big_data_names;
        bool incomplete; /* the flag "incomplete" exists and is the boolean true
                            (layers.go:layerHasIncompleteFlag) */
};

struct layers {
        struct layer *items;
        size_t n;
        struct arena arena;
};

#define LAYERS_INIT ((struct layers){0})

void layers_done(struct layers *layers);
#define _cleanup_layers_ _cleanup_(layers_done)

/* Parse layers.json or volatile-layers.json; the text must outlive the result. -EBADMSG, with the record and
 * the offset, if the Go library cannot load the file or would read it differently. Makes no system call. */
int layers_parse(struct layers *ret, const char *text, size_t len, struct error *reterr);

/* Append a record to the text; see record_compose(). */
int layer_compose(const struct layer *layer, struct text *ret);

extern const struct record_type layer_record; /* for record_amend() */
