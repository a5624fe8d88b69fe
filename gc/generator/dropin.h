/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/text.h"

/* What is known of one mount before it is there. Paths are normalised (unit-file.h). */
struct dropin_mount {
        char *target;
        char *source;   /* a path that must be there first: of a bind or loop mount; NULL: none */
        bool network;   /* comes after the network */
        bool on_demand; /* noauto, or by an automount: not there until somebody wants it */
        bool unsure;    /* may come late or never, or has an order of its own */
};

struct dropin_mounts {
        struct dropin_mount *mounts;
        size_t n, cap;
};

#define DROPIN_MOUNTS_INIT ((struct dropin_mounts){0})

void dropin_mounts_done(struct dropin_mounts *mounts);
#define _cleanup_dropin_mounts_ _cleanup_(dropin_mounts_done)

/* Where the store lies, as the configuration has it. */
struct dropin_store {
        const char *graphroot, *runroot;
        const char *imagestore; /* NULL: none */
};

/*
 * The drop-in for cstorage-gc.service, and whether that makes it come before network-online.target. It makes
 * no system call. -EINVAL, in words, where one of the paths
 * cannot stand in a unit file.
 */
int dropin_compose(const struct dropin_store *store, const struct dropin_mounts *mounts, struct text *text,
                   bool *ret_early, struct error *reterr);
