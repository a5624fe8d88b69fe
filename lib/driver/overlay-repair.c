/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Repairing the parts of an overlay layer (overlay.go:create). A directory is made under a temporary name and
 * renamed when it has its owner and mode: after a crash it is complete or missing.
 */

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/newfile.h"
#include "base/owner.h"
#include "disk/temp-dir.h"
#include "driver/content.h"
#include "driver/layer-dir.h"
#include "driver/overlay-examine.h"
#include "driver/overlay-repair.h"
#include "driver/overlay.h"

#define BIT(part) CSTORAGE_PART_BIT(CSTORAGE_PART_##part)

/* overlay.go:create */
#define LINKS_MODE 0755

/* ------------------------------------------------------------------------------- directories */

static int access_of(int layer_fd, const char *name, struct dir_access *ret) {
        _cleanup_close_ int fd = open_beneath(layer_fd, name, O_PATH | O_DIRECTORY);

        return fd < 0 ? fd : content_access(fd, ret);
}

/* The content of the parent; if it is missing too, a new layer without parent is the model. */
static int access_of_parent(const struct overlay_repair *repair, struct dir_access *ret) {
        const struct recorded_layer *layer = repair->layer;
        _cleanup_close_ int parent_fd = -1;
        size_t index;
        int r;

        r = access_of(repair->layer_fd, ".", ret);
        ret->mode = CONTENT_MODE;
        if (r < 0 || !layer->parents || !layer->parents[0] || !driver_is_layer_id(layer->parents[0]))
                return r;

        parent_fd = driver_open_layer(OVERLAY_LAYERS_DIR, repair->homes, layer->parents[0], &index, NULL);
        if (parent_fd >= 0)
                (void) access_of(parent_fd, "diff", ret);
        return 0;
}

/* The owner is that of the content. */
static int access_of_private(const struct overlay_repair *repair, struct dir_access *ret) {
        int r;

        r = access_of(repair->layer_fd, "diff", ret);
        if (r < 0)
                r = access_of(repair->layer_fd, ".", ret);
        ret->mode = OVERLAY_LAYER_MODE;
        return r;
}

static int put_dir(const struct overlay_repair *repair, const char *name, const struct dir_access *access) {
        char temp[64];
        int r;

        (void) snprintf(temp, sizeof(temp), NEWFILE_PREFIX "%s", name);
        if (unlinkat(repair->layer_fd, temp, AT_REMOVEDIR) < 0 && errno != ENOENT)
                return negative_errno();
        r = dir_make_with(repair->layer_fd, temp, access);
        if (r < 0 || renameat(repair->layer_fd, temp, repair->layer_fd, name) >= 0)
                return r;

        r = negative_errno();
        (void) unlinkat(repair->layer_fd, temp, AT_REMOVEDIR);
        return r;
}

/* A mount point with files is moved aside like a file in its place. */
static int make_dir(const struct overlay_repair *repair, enum cstorage_layer_part part, const char *name) {
        struct dir_access access;
        int r = 0;

        if (repair->states[part] != CSTORAGE_STATE_MISSING)
                r = overlay_repair_move_aside(repair, name);
        if (r < 0)
                return r;

        r = part == CSTORAGE_PART_DIFF ? access_of_parent(repair, &access)
                                       : access_of_private(repair, &access);
        if (r >= 0)
                r = put_dir(repair, name, &access);
        if (r < 0)
                return overlay_repair_error(repair, r, "cannot make", name);
        repair->result->done |= CSTORAGE_PART_BIT(part);
        return 0;
}

static int make_diff(const struct overlay_repair *repair) {
        return make_dir(repair, CSTORAGE_PART_DIFF, "diff");
}

static int make_empty(const struct overlay_repair *repair) {
        return make_dir(repair, CSTORAGE_PART_EMPTY, "empty");
}

static int make_work(const struct overlay_repair *repair) {
        return make_dir(repair, CSTORAGE_PART_WORK, "work");
}

static int make_merged(const struct overlay_repair *repair) {
        return make_dir(repair, CSTORAGE_PART_MERGED, "merged");
}

/* ------------------------------------------------------------------------------- layer */

/* In this order: other directories get the owner of diff. */
static const struct {
        uint64_t parts;
        int (*run)(const struct overlay_repair *repair);
} repairs[] = {
        {BIT(DIFF), make_diff},
        {BIT(LINK) | BIT(SHORT_LINK), overlay_repair_link},
        {BIT(LOWER), overlay_repair_lower},
        {BIT(LOWER_LAYERS), overlay_repair_lower_layers},
        {BIT(EMPTY), make_empty},
        {BIT(WORK), make_work},
        {BIT(MERGED), make_merged},
};

/* A part that fails does not keep the others from being repaired; the first error is returned. */
static int run_all(struct overlay_repair *repair, uint64_t parts) {
        int first = 0;

        for (size_t i = 0; i < ARRAY_SIZE(repairs); i++) {
                int r;

                if (!(repairs[i].parts & parts))
                        continue;
                r = repairs[i].run(repair);
                if (r >= 0 || first < 0)
                        continue;
                first = r;
                repair->reterr = NULL;
        }
        return first;
}

int overlay_repair_layer(const struct homes *homes, const struct recorded_layer *layer,
                         const struct cstorage_layer_stat *stat, uint64_t parts, struct layer_repair *ret,
                         struct error *reterr) {
        const int home_fd = homes->fds[layer->home];
        _cleanup_close_ int layer_fd = open_dir_beneath(home_fd, layer->id);
        struct overlay_repair repair = {
                .homes = homes,
                .layer = layer,
                .states = stat->parts,
                .home_fd = home_fd,
                .layer_fd = layer_fd,
                .result = ret,
                .reterr = reterr,
        };
        int r;

        if (layer_fd < 0)
                return error_errno(reterr, layer_fd, "cannot open the directory of layer %s", layer->id);

        r = run_all(&repair, parts);
        if (fsync(layer_fd) < 0 && errno != EINVAL && r >= 0)
                r = overlay_repair_error(&repair, negative_errno(), "cannot sync", "");
        return r;
}

/* ------------------------------------------------------------------------------- short links */

static int links_error(struct error *reterr, int code, int home_fd, const char *what) {
        _cleanup_free_ char *path = path_below(home_fd, OVERLAY_LINKS_DIR);

        return error_errno(reterr, code, "%s %s", what, path ? path : OVERLAY_LINKS_DIR);
}

/* Nothing refers to the content of a file in place of the directory. */
static int trash_links(int home_fd, struct error *reterr) {
        _cleanup_temp_dir_ struct temp_dir temp = TEMP_DIR_INIT;
        int r;

        r = temp_dir_make(&temp, home_fd, OVERLAY_TEMP_ROOT, reterr);
        if (r < 0)
                return r;
        if (renameat(home_fd, OVERLAY_LINKS_DIR, temp.dir_fd, "0-" OVERLAY_LINKS_DIR) < 0)
                r = links_error(reterr, negative_errno(), home_fd, "cannot move");
        temp_dir_discard(&temp);
        return r;
}

int overlay_repair_links(int home_fd, struct error *reterr) {
        enum cstorage_part_state state;
        int r;

        r = overlay_examine_links(home_fd, &state);
        if (r < 0)
                return links_error(reterr, r, home_fd, "cannot examine");
        if (state == CSTORAGE_STATE_OK)
                return 0;

        r = state == CSTORAGE_STATE_WRONG_TYPE ? trash_links(home_fd, reterr) : 0;
        if (r < 0)
                return r;
        if (owned_mkdirat(home_fd, OVERLAY_LINKS_DIR, LINKS_MODE) < 0)
                return links_error(reterr, negative_errno(), home_fd, "cannot make");
        return 1;
}
