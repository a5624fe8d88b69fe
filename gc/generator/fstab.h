/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "generator/dropin.h"

/*
 * Add the mounts of fstab: of the one at that path or, without a path, of where libmount looks for it. There
 * need not be one. What in it is no mount, or makes no sense, is passed over, as systemd does. Negative
 * errno.
 */
int fstab_read(const char *path, struct dropin_mounts *mounts, struct error *reterr);
