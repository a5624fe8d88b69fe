/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "driver/driver.h"

/* "overlay2" is no name of a driver here: who means overlay says so. NULL: unknown. */
const struct driver *driver_find(const char *name);

/* -EOPNOTSUPP, and why a driver of this name cannot be found. */
int driver_unknown(const char *name, struct error *reterr);

/* 0, or -EOPNOTSUPP and a text where layers of this driver are neither made nor mounted here. */
int driver_check_makes(const struct driver *driver, struct error *reterr);

/*
 * Every name that a release of the Go side has a driver for, ours or not; NULL-terminated, in its order of
 * priority (drivers/driver_linux.go), and those without one last.
 */
extern const char *const driver_go_names[];
