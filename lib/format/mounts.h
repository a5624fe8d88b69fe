/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/text.h"
#include "format/record.h"

/* layers.go:layerMountPoint */
struct mount {
        struct slice json;
        const char *id; /* of the layer */
        const char *path;
        int64_t count;
};

struct mounts {
        struct mount *items;
        size_t n;
        struct arena arena;
};

#define MOUNTS_INIT ((struct mounts){0})

void mounts_done(struct mounts *mounts);
#define _cleanup_mounts_ _cleanup_(mounts_done)

/* Parse mountpoints.json; see layers_parse(). */
int mounts_parse(struct mounts *ret, const char *text, size_t len, struct error *reterr);

/* Append a record to the text; see record_compose(). */
int mount_compose(const struct mount *mount, struct text *ret);

extern const struct record_type mount_record; /* for record_amend() */
