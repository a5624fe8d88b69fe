/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "generator/dropin.h"

/*
 * Add the mounts of fstab at path or, if path is NULL, at libmount's default path. The file need not exist.
 * Lines that are no mount, or are invalid, are skipped, as in systemd. Return a negative errno on failure.
 */
int fstab_read(const char *path, struct dropin_mounts *mounts, struct error *reterr);
