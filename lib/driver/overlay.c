/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of the overlay driver (drivers/overlay/overlay.go). */

#include "driver/overlay.h"

const struct driver driver_overlay = {
        .name = OVERLAY_NAME,
        .layers_dir = OVERLAY_LAYERS_DIR,
        .links_dir = OVERLAY_LINKS_DIR,
        .temp_root = OVERLAY_TEMP_ROOT,
        .staging_dir = OVERLAY_STAGING_DIR,
        .is_own_name = overlay_is_own_name,
        .is_probe_name = overlay_is_probe_name,
        .read_lowers = overlay_read_lowers,
        .read_link = overlay_read_link,
        .is_split_layer = overlay_is_split_layer,
        .examine_layer = overlay_examine_layer,
        .examine_links = overlay_examine_links,
        .make_home = overlay_make_home,
        .create_layer = overlay_create_layer,
        .make_content = overlay_make_content,
        .put_content = overlay_put_content,
        .open_content = overlay_open_content,
        .repair_layer = overlay_repair_layer,
        .repair_links = overlay_repair_links,
        .mount_path = overlay_mount_path,
        .mount = overlay_mount,
        .unmount = overlay_unmount,
};
