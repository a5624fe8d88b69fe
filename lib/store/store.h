/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "api/public.h"
#include "driver/driver.h"

/* The directory trees of a store. */
enum root {
        ROOT_GRAPH,
        ROOT_IMAGE,
        ROOT_RUN,
        ROOT_COUNT,
};

/*
 * A directory that the configuration names. A configured directory that does not exist differs from one that
 * is not configured.
 */
struct store_root {
        char *path;     /* NULL: not configured; links resolved if it exists */
        int fd;         /* -1: not open */
        int error;      /* negative errno of the open; 0 if fd is open or nothing is configured */
        int home_fd;    /* the driver home in it; -1: see home_error */
        int home_error; /* -ENOENT if there is no driver home */
};

#define STORE_ROOT_INIT ((struct store_root){.fd = -1, .home_fd = -1})

struct cstorage_store {
        unsigned refs;
        const struct driver *driver;
        bool transient;
        struct store_root roots[ROOT_COUNT];
        struct store_root *additional; /* additional image stores, read-only */
        size_t n_additional, cap_additional;
        char *mount_options; /* mountopt; NULL: none */
        bool shares_mounts;  /* skip_mount_home */
};

DEFINE_CLEANUP(struct cstorage_store *, cstorage_store_unref);

int store_open(const struct cstorage_config *config, struct cstorage_store **ret, struct error *reterr);

/* Return the configured driver, else the driver of the store in this graphroot; NULL if there is none. */
const char *store_driver_name(int graphroot_fd, const struct cstorage_config *config);

/*
 * Check that the configured directories are still those that were opened: 0, or -ESTALE if one was made since
 * (the runroot, by the first process that runs a container), replaced, mounted over, or removed. The records
 * that are there now would be missed.
 */
int store_check_roots(const struct cstorage_store *store, struct error *reterr);
