/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which drivers there are. */

#include <string.h>

#include "driver/driver.h"

static const struct driver *const drivers[] = {
        &driver_overlay,
        &driver_vfs,
};

/* aufs and devicemapper are gone since 1.52; overlay2 is another name of overlay, and another directory. */
const char *const driver_go_names[] = {"overlay", "aufs",         "btrfs",    "zfs",
                                       "vfs",     "devicemapper", "overlay2", NULL};

const struct driver *driver_find(const char *name) {
        for (size_t i = 0; i < ARRAY_SIZE(drivers); i++)
                if (strcmp(drivers[i]->name, name) == 0)
                        return drivers[i];
        return NULL;
}
