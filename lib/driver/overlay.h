/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "driver/driver.h"

/* Internal interface of the overlay driver; struct driver documents the functions. */

#define OVERLAY_NAME        "overlay"
#define OVERLAY_LAYERS_DIR  "."
#define OVERLAY_LINKS_DIR   "l"
#define OVERLAY_TEMP_ROOT   "tempdirs"
#define OVERLAY_STAGING_DIR "staging"

/* overlay-home.c */
bool overlay_is_own_name(const char *name);
bool overlay_is_probe_name(const char *name);
int overlay_read_lowers(int home_fd, int other_home_fd, const char *id, struct overlay_lower *ret,
                        struct error *reterr);
int overlay_read_link(int home_fd, const char *id, char ret_link[static LINK_ID_LENGTH + 1]);
int overlay_is_split_layer(int home_fd, const char *id);

/* overlay-examine.c */
int overlay_examine_layer(const struct homes *homes, const struct recorded_layer *layer,
                          struct cstorage_layer_stat *ret, struct error *reterr);
int overlay_examine_links(int home_fd, enum cstorage_part_state *ret);

/* overlay-repair.c */
int overlay_repair_layer(const struct homes *homes, const struct recorded_layer *layer,
                         const struct cstorage_layer_stat *stat, uint64_t parts, struct layer_repair *ret,
                         struct error *reterr);
int overlay_repair_links(int home_fd, struct error *reterr);

/* overlay-create.c */
int overlay_make_home(int root_fd, struct error *reterr);
int overlay_create_layer(const struct homes *homes, int home_fd, const struct new_layer *layer,
                         struct error *reterr);

/* overlay-content.c */
int overlay_make_content(const struct homes *homes, const char *parent, int dirfd, const char *name,
                         struct error *reterr);
int overlay_put_content(int home_fd, const char *id, int dirfd, const char *name, struct error *reterr);
int overlay_open_content(const struct homes *homes, const char *id, struct error *reterr);

/* overlay-mountpoint.c */
int overlay_mount_path(const struct homes *homes, bool in_graphroot, const char *id, char **ret);

/* overlay-mount.c */
int overlay_mount(const struct homes *homes, const struct layer_mount *mount, struct error *reterr);
int overlay_unmount(const struct homes *homes, const char *id, struct error *reterr);
