/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/store.h"

/* The homes of a store's driver as they are now: that of the graphroot or of the image store may have been
 * made since the store was opened. */
struct store_homes {
        struct homes homes; /* its descriptors are these */
        int *fds;
};

#define STORE_HOMES_INIT ((struct store_homes){.homes.runroot_fd = -1})

/* Negative errno where those of the graphroot or of the image store cannot be opened; -1 stands for one that
 * is not there. The store must stay. */
int store_homes_open(const struct cstorage_store *store, struct store_homes *ret, struct error *reterr);

void store_homes_done(struct store_homes *homes);
#define _cleanup_store_homes_ _cleanup_(store_homes_done)

/* Take from the configuration how layers are mounted. For cstorage_store_open(). */
int store_read_options(struct cstorage_store *store, const struct cstorage_config *config);
