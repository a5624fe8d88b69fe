/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making "lower" and "lower-layers" from the recorded parents (overlay.go:create). */

#include "base/text.h"
#include "driver/overlay-examine.h"
#include "driver/overlay-repair.h"
#include "driver/overlay.h"

/* A layer without parent must have neither file: one that is damaged is moved aside. */
static int remove_file(const struct overlay_repair *repair, const char *name) {
        return overlay_repair_move_aside(repair, name);
}

static int collect_links(const struct overlay_repair *repair, struct text *ret) {
        int r = 0;

        for (size_t i = 0; repair->layer->parents[i] && r >= 0; i++) {
                const char *parent = repair->layer->parents[i];
                char link[LINK_ID_LENGTH + 1];

                r = overlay_find_link(repair->homes, parent, link);
                if (r < 0)
                        return error_errno(repair->reterr, r,
                                           "cannot list the lowers of layer %s: cannot read the short link "
                                           "of its parent %s",
                                           repair->layer->id, parent);
                r = text_addf(ret, "%s" OVERLAY_LINKS_DIR "/%s", i > 0 ? ":" : "", link);
        }
        return r;
}

static int collect_ids(const struct overlay_repair *repair, struct text *ret) {
        int r = 0;

        for (size_t i = 0; repair->layer->parents[i] && r >= 0; i++)
                r = text_addf(ret, "%s%s", i > 0 ? ":" : "", repair->layer->parents[i]);
        return r;
}

static int make_file(const struct overlay_repair *repair, enum cstorage_layer_part part, const char *name,
                     int (*collect)(const struct overlay_repair *repair, struct text *ret)) {
        _cleanup_text_ struct text text = TEXT_INIT;
        int r;

        if (!repair->layer->parents[0])
                r = remove_file(repair, name);
        else {
                r = collect(repair, &text);
                if (r >= 0)
                        r = overlay_repair_write(repair, repair->states[part], name, text.s);
        }
        if (r >= 0)
                repair->result->done |= CSTORAGE_PART_BIT(part);
        return r;
}

int overlay_repair_lower(const struct overlay_repair *repair) {
        return make_file(repair, CSTORAGE_PART_LOWER, "lower", collect_links);
}

int overlay_repair_lower_layers(const struct overlay_repair *repair) {
        return make_file(repair, CSTORAGE_PART_LOWER_LAYERS, "lower-layers", collect_ids);
}
