/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/dir.h"
#include "disk/paths.h"
#include "format/name.h"
#include "store/store.h"

#define NAME_BUFFER 256U /* NAME_MAX and a NUL */

/* The directories of a store whose entries are in the inventory. */
enum place_kind {
        PLACE_LAYERS,
        PLACE_LINKS,
        PLACE_STAGING,
        PLACE_DRIVER_TEMP,
        PLACE_QUOTAS,
        PLACE_LAYER_DATA,
        PLACE_DATA_TEMP,
        PLACE_IMAGES,
        PLACE_CONTAINERS,
        PLACE_KINDS,
};

struct place {
        const struct cstorage_store *store;
        enum place_kind kind;
        enum root root;
        int base_fd;                /* the store's root, or the driver's home; not ours to close */
        char name[PATH_LENGTH_MAX]; /* below that */
        int fd;
        char *path; /* as the kernel has it */
        uint64_t mount_id;
        struct dir_list list; /* where somebody listed it */
};

#define PLACE_INIT ((struct place){.fd = -1})

/* Nine kinds of directories, in the graphroot and in the image store, and some of them in the runroot. */
#define PLACES_MAX (3U * PLACE_KINDS)

/*
 * Whether there is such a place in that root: in the runroot there are but the directories of record files.
 */
bool place_is_in(enum root root, enum place_kind kind);

void place_done(struct place *place);

/* Open one; path and mount_id are not filled in. -ENOENT where there is none, or the driver has no such
 * place. */
int place_open(const struct cstorage_store *store, enum root root, enum place_kind kind, struct place *ret);

/* For people: the place that could not be opened. Fresh memory; NULL where there is none. */
char *place_describe(const struct cstorage_store *store, enum root root, enum place_kind kind);

/*
 * The layer that the target of a link in this place leads to: 0 and the id, else -EINVAL. It is relative
 * ("../<id>/diff"), since a store may be moved; releases 1.47 to 1.52 made absolute ones in the image store,
 * to the graphroot (overlay.go:create).
 */
int place_link_target(const struct place *place, const char *target, char ret_id[static ID_LENGTH + 1]);

#define NOT_LISTED (-1)

/*
 * What an entry of a place is (enum cstorage_entry_kind), by its name and type alone; NOT_LISTED where it is
 * Go's own or nobody's. A temp dir has two names, of its directory and of its lock: both are one.
 */
int place_classify(const struct place *place, const char *name, unsigned char type);

/* The same of a name that begins with an id, by what is behind it; NOT_LISTED also if place_classify() must
 * be asked. */
int place_classify_id(const struct place *place, const char *behind);
