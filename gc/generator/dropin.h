/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/text.h"

/* A mount that may not be mounted yet. Paths are normalised (unit-file.h). */
struct dropin_mount {
        char *target;
        char *source;   /* a path that must exist first, of a bind or loop mount; NULL: none */
        bool network;   /* it is mounted after the network is up */
        bool on_demand; /* noauto, or by an automount: not mounted until it is needed */
        bool unsure;    /* it may be mounted late or never, or has an order of its own */
};

struct dropin_mounts {
        struct dropin_mount *mounts;
        size_t n, cap;
};

#define DROPIN_MOUNTS_INIT ((struct dropin_mounts){0})

void dropin_mounts_done(struct dropin_mounts *mounts);
#define _cleanup_dropin_mounts_ _cleanup_(dropin_mounts_done)

/* The paths of the store in the configuration. */
struct dropin_store {
        const char *graphroot, *runroot;
        const char *imagestore; /* NULL: none */
};

/*
 * Compose the drop-in of cstorage-gc.service, and decide whether the service comes before
 * network-online.target. It makes no system call. -EINVAL and an error if one of the paths cannot be written
 * in a unit file.
 */
int dropin_compose(const struct dropin_store *store, const struct dropin_mounts *mounts, struct text *text,
                   bool *ret_early, struct error *reterr);
