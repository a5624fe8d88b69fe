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

/* A directory that configuration names. Configured and not there is not the same as not configured. */
struct store_root {
        char *path;     /* NULL: not configured; resolved where it exists */
        int fd;         /* -1: does not exist */
        int error;      /* why not, negative errno; 0 where fd is there or nothing configured */
        int home_fd;    /* the driver's directory in it; -1: see home_error */
        int home_error; /* -ENOENT where there is none */
};

#define STORE_ROOT_INIT ((struct store_root){.fd = -1, .home_fd = -1})

struct cstorage_store {
        unsigned refs;
        const struct driver *driver;
        bool transient;
        struct store_root roots[ROOT_COUNT];
        struct store_root *additional; /* image stores that others write */
        size_t n_additional, cap_additional;
        char *mount_options; /* mountopt; NULL: none */
        bool shares_mounts;  /* skip_mount_home */
};

DEFINE_CLEANUP(struct cstorage_store *, cstorage_store_unref);

int store_open(const struct cstorage_config *config, struct cstorage_store **ret, struct error *reterr);

/* The driver that is configured, else the one that is found in this graphroot; NULL where there is none. */
const char *store_driver_name(int graphroot_fd, const struct cstorage_config *config);

/*
 * Whether the configured directories are still those that were opened: 0, or -ESTALE where one was made since
 * (the runroot, by the first who runs a container), replaced, mounted over, or removed. What is recorded
 * there now would not be seen.
 */
int store_check_roots(const struct cstorage_store *store, struct error *reterr);
