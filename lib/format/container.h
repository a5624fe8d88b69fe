/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/text.h"
#include "format/record.h"

/* containers.go:Container. A text that the record lacks is "". */
struct container {
        struct slice json;
        const char *id;
        struct strings names;
        const char *image;
        const char *layer;
        const char *metadata;
        struct big_data big_data;
        const char *created;
        struct id_maps uid_map, gid_map;
        struct flags flags;
};

struct containers {
        struct container *items;
        size_t n;
        struct arena arena;
};

#define CONTAINERS_INIT ((struct containers){0})

void containers_done(struct containers *containers);
#define _cleanup_containers_ _cleanup_(containers_done)

/* Parse containers.json or volatile-containers.json; see layers_parse(). */
int containers_parse(struct containers *ret, const char *text, size_t len, struct error *reterr);

/* Append a record to the text; see record_compose(). */
int container_compose(const struct container *container, struct text *ret);

extern const struct record_type container_record; /* for record_amend() */
