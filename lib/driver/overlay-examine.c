/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The state of the parts of an overlay layer. What podman needs of them: releases up to 1.62 find the lowers
 * of a layer by "lower" and the short links, and make missing links anew (overlay.go:get, recreateSymlinks);
 * later ones find them by "lower-layers", and make no links. All releases mount with "work" and "merged", and
 * write "lower" of a new layer from "link" and "lower" of its parent (overlay.go:getLowerForParent). An empty
 * "link" makes them delete the directory of all short links together with the layer (removeCommon).
 */

#include <sys/stat.h>

#include "base/fd.h"
#include "driver/overlay-examine.h"
#include "driver/overlay.h"
#include "tree/dirstream.h"

#define BIT(part) CSTORAGE_PART_BIT(CSTORAGE_PART_##part)

/* diff is repairable if its content is known to be empty: the caller decides. */
#define REPAIRABLE                                                                                           \
        (BIT(DIFF) | BIT(LINK) | BIT(SHORT_LINK) | BIT(LOWER) | BIT(LOWER_LAYERS) | BIT(EMPTY) | BIT(WORK) | \
         BIT(MERGED))

/* ------------------------------------------------------------------------------- directories */

static int examine_dir(int layer_fd, const char *name, struct identity *ret_there,
                       enum cstorage_part_state *ret) {
        int r;

        r = identity_at(layer_fd, name, ret_there);
        if (r == -ENOENT)
                *ret = CSTORAGE_STATE_MISSING;
        else if (r >= 0)
                *ret = S_ISDIR(ret_there->mode) ? CSTORAGE_STATE_OK : CSTORAGE_STATE_WRONG_TYPE;
        else
                return r;
        return 0;
}

/* The diff of a layer of an additional layer store is a link (overlay.go:CreateAs). */
static int examine_diff(int layer_fd, enum cstorage_part_state *ret) {
        struct identity there, store;
        int r;

        r = examine_dir(layer_fd, "diff", &there, ret);
        if (r < 0 || *ret != CSTORAGE_STATE_WRONG_TYPE || !S_ISLNK(there.mode))
                return r;
        r = identity_at(layer_fd, "additionallayer", &store);
        if (r >= 0 && S_ISREG(store.mode))
                *ret = CSTORAGE_STATE_OK;
        return r == -ENOENT ? 0 : r;
}

static int is_mounted(int layer_fd, const struct identity *merged) {
        struct identity layer;
        int r;

        r = identity_at(layer_fd, "", &layer);
        return r < 0 ? r : layer.mnt_id != merged->mnt_id;
}

/* Only the first entries are read, however many there are. The access time does not change. */
static int has_entries(int layer_fd, const char *name) {
        _cleanup_close_ int fd = dir_open_quietly(layer_fd, name);
        struct dir_stream stream;
        struct dir_entry entry;
        int r;

        if (fd < 0)
                return fd;
        while ((r = dir_stream_fill(&stream, fd)) > 0)
                if (dir_stream_take(&stream, &entry))
                        return 1;
        return r;
}

static int examine_merged(int layer_fd, enum cstorage_part_state *ret) {
        struct identity merged;
        int r;

        r = examine_dir(layer_fd, "merged", &merged, ret);
        if (r < 0 || *ret != CSTORAGE_STATE_OK)
                return r;
        r = is_mounted(layer_fd, &merged);
        if (r == 0)
                r = has_entries(layer_fd, "merged");
        else if (r > 0)
                r = 0;
        if (r > 0)
                *ret = CSTORAGE_STATE_NOT_EMPTY;
        return r < 0 ? r : 0;
}

/* Only a layer without parent needs it. */
static int examine_empty(const struct recorded_layer *layer, int layer_fd, enum cstorage_part_state *ret) {
        struct identity there;

        *ret = CSTORAGE_STATE_NONE;
        if (!layer->parents || layer->parents[0])
                return 0;
        return examine_dir(layer_fd, "empty", &there, ret);
}

/* ------------------------------------------------------------------------------- layer */

/*
 * A layer with one directory in the graphroot and one in the image store. Without the other directory, a
 * missing link or diff is damage.
 */
static int is_split(const struct homes *homes, const struct recorded_layer *layer) {
        const size_t other = 1 - layer->home;
        int r;

        if (homes->fds[other] < 0)
                return 0;
        r = overlay_is_split_layer(homes->fds[layer->home], layer->id);
        if (r <= 0)
                return r;
        return overlay_is_split_layer(homes->fds[other], layer->id);
}

/* The state of one part, for the loop below; the text of link serves its short link. */
static int examine_part(const struct homes *homes, const struct recorded_layer *layer, int layer_fd,
                        enum cstorage_layer_part part, enum cstorage_part_state *ret) {
        struct identity there;

        switch (part) {
        case CSTORAGE_PART_DIFF:
                return examine_diff(layer_fd, ret);
        case CSTORAGE_PART_LOWER:
                return overlay_examine_lower(homes, layer, layer_fd, ret);
        case CSTORAGE_PART_LOWER_LAYERS:
                return overlay_examine_lower_layers(layer, layer_fd, ret);
        case CSTORAGE_PART_EMPTY:
                return examine_empty(layer, layer_fd, ret);
        case CSTORAGE_PART_WORK:
                return examine_dir(layer_fd, "work", &there, ret);
        case CSTORAGE_PART_MERGED:
                return examine_merged(layer_fd, ret);
        case CSTORAGE_PART_DIRECTORY:
        case CSTORAGE_PART_LINK:
        case CSTORAGE_PART_SHORT_LINK:
                break;
        }
        return 0;
}

static int examine_both_links(const struct homes *homes, const struct recorded_layer *layer, int layer_fd,
                              enum cstorage_part_state *states) {
        char link[LINK_ID_LENGTH + 1], target_id[ID_LENGTH + 1];
        int r;

        states[CSTORAGE_PART_SHORT_LINK] = CSTORAGE_STATE_UNKNOWN;
        r = overlay_examine_link(layer_fd, &states[CSTORAGE_PART_LINK], link);
        if (r < 0 || states[CSTORAGE_PART_LINK] != CSTORAGE_STATE_OK)
                return r;
        return overlay_examine_short_link(homes->fds[layer->home], link, layer->id,
                                          &states[CSTORAGE_PART_SHORT_LINK], target_id);
}

static int examine_error(struct error *reterr, int code, int layer_fd, const char *id) {
        _cleanup_free_ char *path = layer_fd < 0 ? NULL : path_below(layer_fd, "");

        return error_errno(reterr, code, "cannot examine layer %s", path ? path : id);
}

/* lower is kept if it lists other layers than the record: one of them is wrong, and podman may work with it.
 */
static void decide_repairable(const struct recorded_layer *layer, struct cstorage_layer_stat *stat) {
        stat->repairable = REPAIRABLE;
        for (size_t i = CSTORAGE_PART_LOWER; i <= CSTORAGE_PART_LOWER_LAYERS; i++)
                if (!layer->parents || stat->parts[i] == CSTORAGE_STATE_ELSEWHERE)
                        stat->repairable &= ~CSTORAGE_PART_BIT(i);
}

int overlay_examine_layer(const struct homes *homes, const struct recorded_layer *layer,
                          struct cstorage_layer_stat *ret, struct error *reterr) {
        _cleanup_close_ int layer_fd = open_dir_beneath(homes->fds[layer->home], layer->id);
        int r;

        r = layer_fd < 0 ? layer_fd : is_split(homes, layer);
        if (r > 0)
                ret->split = true;
        if (r == 0)
                r = examine_both_links(homes, layer, layer_fd, ret->parts);
        for (size_t i = CSTORAGE_PART_DIFF; i <= CSTORAGE_PART_MERGED && r >= 0 && !ret->split; i++)
                r = examine_part(homes, layer, layer_fd, (enum cstorage_layer_part) i, &ret->parts[i]);
        if (r < 0)
                return examine_error(reterr, r, layer_fd, layer->id);
        decide_repairable(layer, ret);
        return 0;
}
