/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "driver/driver.h"

/* Examining the parts of an overlay layer. Shared by the files that examine and by those that repair. */

#define OVERLAY_LINK_PATH_MAX (sizeof("l/") + LINK_ID_LENGTH)

/* Directories of a new layer: overlay.go:create. */
#define OVERLAY_LAYER_MODE 0700
#define OVERLAY_FILE_MODE  0644

/*
 * The state of a file of a layer, and its text in fresh memory if it has any. A valid form is the caller's to
 * check: the state is OK for any text that is not blank. Negative errno.
 */
int overlay_examine_file(int layer_fd, const char *name, size_t max, enum cstorage_part_state *ret,
                         char **ret_text, size_t *ret_len);

/* The state of the file "link"; if it is OK, its text. */
int overlay_examine_link(int layer_fd, enum cstorage_part_state *ret,
                         char ret_link[static LINK_ID_LENGTH + 1]);

/* Whether the short link leads to the layer; ret_target_id, if not NULL, is the id that it leads to in state
 * ELSEWHERE. MISSING if the directory of short links is missing or no directory. */
int overlay_examine_short_link(int home_fd, const char *link, const char *id, enum cstorage_part_state *ret,
                               char ret_target_id[static ID_LENGTH + 1]);

/* The states of "lower" and "lower-layers". */
int overlay_examine_lower(const struct homes *homes, const struct recorded_layer *layer, int layer_fd,
                          enum cstorage_part_state *ret);
int overlay_examine_lower_layers(const struct recorded_layer *layer, int layer_fd,
                                 enum cstorage_part_state *ret);

/* The text of the file "link" of a layer in any home. -ENOENT or -EBADMSG if there is none that is valid. */
int overlay_find_link(const struct homes *homes, const char *id, char ret_link[static LINK_ID_LENGTH + 1]);
