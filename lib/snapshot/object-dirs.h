/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "snapshot/snapshot.h"

/* The directories of layers' data, images and containers: where they are, and making what is missing. */

#define USERDATA_DIR "userdata"

/* "layer", "image", "container"; NULL for what is none */
const char *object_name(enum cstorage_object object);

/* The root that holds the big data of an object: images keep theirs where they are recorded, all others in
 * the graphroot (layers.go:datadir, containers.go:datadir). */
enum root object_root(enum cstorage_object object, const struct cstorage_record_file *file);

/* "<driver>-containers/<id>", below a root; fresh memory. NULL: no memory. */
char *object_dir(const struct cstorage_store *store, enum cstorage_object object, const char *id);

/* The absolute path of its "userdata"; fresh memory. */
int object_userdata_path(const struct cstorage_store *store, enum cstorage_object object, enum root root,
                         const char *id, char **ret);

/* Make it where it is missing, mode 0700, with what is above it; a descriptor of it. */
int object_open_dir(const struct cstorage_store *store, enum cstorage_object object, enum root root,
                    const char *id, struct error *reterr);

/* Make the directories of all kinds of objects, in all roots that there are, and the driver's. */
int object_dirs_make_all(const struct cstorage_store *store, struct error *reterr);
