/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list of drivers. */

#include <string.h>

#include "driver/registry.h"

static const struct driver *const drivers[] = {
        &driver_overlay,
        &driver_vfs,
#ifdef HAVE_BTRFS
        &driver_btrfs,
#endif
};

/* aufs and devicemapper were removed in 1.52; overlay2 is another name of overlay, with another directory. */
const char *const driver_go_names[] = {"overlay", "aufs",         "btrfs",    "zfs",
                                       "vfs",     "devicemapper", "overlay2", NULL};

const struct driver *driver_find(const char *name) {
        for (size_t i = 0; i < ARRAY_SIZE(drivers); i++)
                if (strcmp(drivers[i]->name, name) == 0)
                        return drivers[i];
        return NULL;
}

/* Is it a driver that a build option leaves out? */
static bool is_left_out(const char *name) {
        return strcmp(name, driver_btrfs.name) == 0 && !driver_find(name);
}

int driver_unknown(const char *name, struct error *reterr) {
        if (is_left_out(name))
                return error_set(reterr, -EOPNOTSUPP,
                                 "this was built without stores of the driver \"%s\" (-Dbtrfs=enabled)",
                                 name);
        return error_set(reterr, -EOPNOTSUPP, "stores of the driver \"%.64s\" are not known here", name);
}

int driver_check_makes(const struct driver *driver, struct error *reterr) {
        if (driver->create_layer)
                return 0;
        return error_set(reterr, -EOPNOTSUPP,
                         "layers of the driver \"%s\" are neither made nor mounted here, podman does that",
                         driver->name);
}
