/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/store.h"

/* The homes of a store's driver as they are now: that of the graphroot or of the image store may have been
 * made since the store was opened. */
struct driver_homes {
        struct homes homes; /* its descriptors are these */
        int *fds;
};

#define DRIVER_HOMES_INIT ((struct driver_homes){.homes.runroot_fd = -1})

/* Negative errno where those of the graphroot or of the image store cannot be opened; -1 stands for one that
 * is not there. The store must stay. */
int driver_homes_open(const struct cstorage_store *store, struct driver_homes *ret, struct error *reterr);

void driver_homes_done(struct driver_homes *homes);
#define _cleanup_driver_homes_ _cleanup_(driver_homes_done)

/* Take from the configuration how layers are mounted. For cstorage_store_open(). */
int store_read_options(struct cstorage_store *store, const struct cstorage_config *config);
