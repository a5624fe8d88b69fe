/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

#include "base/error.h"

/* Names of the services that podman makes of the quadlet files in some directories (podman-systemd.unit(5)).
 */
struct quadlets {
        char **services;
        size_t n, cap;
};

#define QUADLETS_INIT ((struct quadlets){0})

void quadlets_done(struct quadlets *quadlets);
#define _cleanup_quadlets_ _cleanup_(quadlets_done)

/* Those of the whole system, but not of users. A directory that is not there has none. */
int quadlets_find(struct quadlets *quadlets, struct error *reterr);
