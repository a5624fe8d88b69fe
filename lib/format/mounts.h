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

/* mountpoints.json; as layers_parse(). */
int mounts_parse(struct mounts *ret, const char *text, size_t len, struct error *reterr);

/* Add a record to the text as record_compose() does. */
int mount_compose(const struct mount *mount, struct text *ret);

extern const struct record_type mount_record; /* what record_amend() wants to know */
