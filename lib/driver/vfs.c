/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The vfs driver's home (drivers/vfs/driver.go): every layer is a whole copy, and lies on nothing. */

#include <string.h>

#include "driver/driver.h"

/* The layers have a directory of their own, which is made beside nothing else; it could be a file system. */
static bool vfs_is_own_name(const char *name) {
        return strcmp(name, "lost+found") == 0;
}

const struct driver driver_vfs = {
        .name = "vfs",
        .layers_dir = "dir",
        .temp_root = "tempdirs",
        .is_own_name = vfs_is_own_name,
};
