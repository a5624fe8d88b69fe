/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "snapshot/snapshot.h"

/* The directories with the data of layers, images and containers: their paths, and making missing ones. */

#define USERDATA_DIR "userdata"

/* "layer", "image" or "container"; NULL for any other value. */
const char *object_name(enum cstorage_object object);

/*
 * The root with the big data of an object: for an image, the store of its record; for all others, the
 * graphroot (layers.go:datadir, containers.go:datadir).
 */
enum root object_root(enum cstorage_object object, const struct cstorage_record_file *file);

/* "<driver>-containers/<id>", relative to a root; NULL if there is no memory. The caller frees it. */
char *object_dir(const struct cstorage_store *store, enum cstorage_object object, const char *id);

/* The absolute path of its "userdata". The caller frees *ret. */
int object_userdata_path(const struct cstorage_store *store, enum cstorage_object object, enum root root,
                         const char *id, char **ret);

/* Open it, and make it and its parent with mode 0700 if they are missing. Returns a descriptor. */
int object_open_dir(const struct cstorage_store *store, enum cstorage_object object, enum root root,
                    const char *id, struct error *reterr);

/* Make the directories for all kinds of objects in all roots that exist. */
int object_dirs_make_all(const struct cstorage_store *store, struct error *reterr);
