/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/store.h"

/*
 * The driver homes of a store, opened anew: the homes in the graphroot and in the image store may have been
 * made since the store was opened.
 */
struct driver_homes {
        struct homes homes; /* homes.fds is fds */
        int *fds;
};

#define DRIVER_HOMES_INIT ((struct driver_homes){.homes.runroot_fd = -1})

/*
 * Open the driver homes. A missing home is -1. Fails if the home in the graphroot or in the image store
 * cannot be opened. The result must not outlive the store.
 */
int driver_homes_open(const struct cstorage_store *store, struct driver_homes *ret, struct error *reterr);

void driver_homes_done(struct driver_homes *homes);
#define _cleanup_driver_homes_ _cleanup_(driver_homes_done)

/* Take the mount options from the configuration, for store_open(). */
int store_read_options(struct cstorage_store *store, const struct cstorage_config *config);
