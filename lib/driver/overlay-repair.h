/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "driver/driver.h"

/* Repairing the parts of an overlay layer. Each function syncs nothing; overlay_repair_layer() does. */

/* A repair in progress. */
struct overlay_repair {
        const struct homes *homes;
        const struct recorded_layer *layer;
        const enum cstorage_part_state *states;
        int home_fd, layer_fd;
        struct layer_repair *result;
        struct error *reterr;
};

/* Write an error about a part of the layer. */
int overlay_repair_error(const struct overlay_repair *repair, int code, const char *what, const char *name);

/* Move a part aside, to <name>.aside, and add the new name to the result. */
int overlay_repair_move_aside(const struct overlay_repair *repair, const char *name);

/* Write a file of the layer in one step. A part of the wrong type is moved aside first. */
int overlay_repair_write(const struct overlay_repair *repair, enum cstorage_part_state state,
                         const char *name, const char *text);

/* Make "link" and the short link. */
int overlay_repair_link(const struct overlay_repair *repair);

/* Make "lower" or "lower-layers". */
int overlay_repair_lower(const struct overlay_repair *repair);
int overlay_repair_lower_layers(const struct overlay_repair *repair);
