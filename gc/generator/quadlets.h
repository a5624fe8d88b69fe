/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/error.h"
#include "base/strlist.h"

/* Add the names of the services that podman generates from the quadlet files of the system, without those
 * of users (podman-systemd.unit(5)). A directory that does not exist adds none. */
int quadlets_find(struct strlist *services, struct error *reterr);
