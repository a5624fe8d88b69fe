/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "driver/driver.h"

/* Returns NULL if the driver is unknown. "overlay2" is not a name here; callers use "overlay". */
const struct driver *driver_find(const char *name);

/* Returns -EOPNOTSUPP, with the reason why there is no such driver. */
int driver_unknown(const char *name, struct error *reterr);

/* Returns 0, or -EOPNOTSUPP with a message if this library does not create and mount layers of the driver. */
int driver_check_makes(const struct driver *driver, struct error *reterr);

/* The names of all drivers in any release of the Go library, supported here or not; NULL-terminated, in its
 * order of priority (drivers/driver_linux.go), then those without priority. */
extern const char *const driver_go_names[];
