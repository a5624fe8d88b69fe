/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/error.h"
#include "base/strlist.h"

/*
 * Add the names of the services that podman makes of the quadlet files of the whole system, but not of users
 * (podman-systemd.unit(5)). A directory that is not there has none.
 */
int quadlets_find(struct strlist *services, struct error *reterr);
