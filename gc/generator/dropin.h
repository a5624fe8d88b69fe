/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/text.h"

/* A mount that is possibly not mounted yet. Paths are normalised (unit-file.h). */
struct dropin_mount {
        char *target;
        char *source;   /* of a bind or loop mount: it must exist before the mount; NULL for other mounts */
        bool network;   /* it is mounted after the network is up */
        bool on_demand; /* noauto, or by an automount: not mounted until it is needed */
        bool unsure;    /* the time of the mount is not known (nofail, x-systemd.after=, a mount unit) */
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
 * Compose the drop-in of cstorage-gc.service, without a system call. Set ret_early to whether it orders the
 * service before basic.target and network-online.target. -EINVAL and an error if one of the paths cannot be
 * written in a unit file.
 */
int dropin_compose(const struct dropin_store *store, const struct dropin_mounts *mounts, struct text *text,
                   bool *ret_early, struct error *reterr);
