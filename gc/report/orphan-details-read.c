/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A directory without a record contains little information about its container: the config.json of podman
 * and CRI-O. The image can be found by the layer below, if an image with that layer has a record. */

#include "report/orphan-details.h"

#include <string.h>

#include "base/array.h"
#include "podman/container-config.h"

/* No user reads more rows than this, and for each a file is read. */
#define CONFIGS_MAX 1000U

static bool has_layer(const struct fact_image *image, const char *layer) {
        if (strcmp(image->layer ?: "", layer) == 0)
                return true;
        for (size_t i = 0; i < image->n_mapped; i++)
                if (strcmp(image->mapped[i], layer) == 0)
                        return true;
        return false;
}

/* The only image with this top layer. */
static const struct fact_image *find_image(const struct facts *facts, const char *layer) {
        const struct fact_image *found = NULL;

        for (size_t i = 0; i < facts->n_images; i++)
                if (has_layer(&facts->images[i], layer)) {
                        if (found)
                                return NULL;
                        found = &facts->images[i];
                }
        return found;
}

static const char *name_of(const struct scan *view, const struct fact_image *image) {
        const struct cstorage_image *record = NULL;

        if (cstorage_snapshot_find_image(view->snapshot, image->id, &record) < 0)
                return image->id;
        return cstorage_image_get_name(record, 0) ?: image->id;
}

static void take_image(struct orphan_detail *detail, const struct scan *view) {
        const struct fact_image *image = NULL;

        if (detail->entry->n_lowers > 0 && !detail->entry->overlay_lower_unknown)
                image = find_image(&view->facts, detail->entry->lowers[0]);
        if (image)
                detail->image = name_of(view, image);
}

static int take_config(struct orphan_details *details, struct orphan_detail *detail) {
        _cleanup_close_ int fd = cstorage_entry_open(detail->entry->entry);
        struct container_config config;
        int r;

        if (fd < 0)
                return fd == -ENOMEM ? fd : 0;
        r = container_config_read(fd, &details->arena, &config);
        if (r < 0)
                return r;
        detail->name = config.name;
        detail->image = config.image;
        detail->layer = config.layer;
        return 0;
}

static bool is_orphan(const struct scan *view, size_t i) {
        enum verdict verdict = reason_verdict(view->plan.decisions[i].reason);

        return (verdict == VERDICT_REMOVE || verdict == VERDICT_REFUSE) &&
               (view->facts.entries[i].kind == CSTORAGE_ENTRY_LAYER_DIR ||
                view->facts.entries[i].kind == CSTORAGE_ENTRY_CONTAINER_DIR);
}

static int add(struct orphan_details *details, const struct scan *view, size_t i, size_t *n_configs) {
        struct orphan_detail *detail;
        int r;

        r = ARRAY_RESERVE(details->details, details->cap, details->n + 1);
        if (r < 0)
                return r;
        detail = &details->details[details->n++];
        *detail = (struct orphan_detail){.entry = &view->facts.entries[i]};
        if (detail->entry->kind == CSTORAGE_ENTRY_LAYER_DIR)
                take_image(detail, view);
        else if ((*n_configs)++ < CONFIGS_MAX)
                return take_config(details, detail);
        return 0;
}

static int compare(const void *a, const void *b) {
        const struct orphan_detail *x = a, *y = b;

        return strcmp(x->entry->path, y->entry->path);
}

/* If two containers refer to the same layer, one of them is wrong: the layer stays with the first. */
static void pair(struct orphan_details *details, struct orphan_detail *container) {
        for (size_t i = 0; i < details->n; i++) {
                struct orphan_detail *layer = &details->details[i];

                if (layer->entry->kind != CSTORAGE_ENTRY_LAYER_DIR || layer->other ||
                    strcmp(layer->entry->name, container->layer) != 0)
                        continue;
                layer->other = container;
                container->other = layer;
                layer->name = container->name;
                container->image = container->image ?: layer->image;
                layer->image = container->image;
                return;
        }
}

int orphan_details_read(struct orphan_details *details, const struct scan *view) {
        size_t n_configs = 0;
        int r = 0;

        for (size_t i = 0; i < view->plan.n && r >= 0; i++)
                r = is_orphan(view, i) ? add(details, view, i, &n_configs) : 0;
        if (r < 0 || details->n == 0)
                return r;
        qsort(details->details, details->n, sizeof(*details->details), compare);
        for (size_t i = 0; i < details->n; i++)
                if (details->details[i].layer)
                        pair(details, &details->details[i]);
        return 0;
}
