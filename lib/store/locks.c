/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The order of the locks. */

#include "store/locks.h"

const struct store_lock store_locks[STORE_LOCKS] = {
        {ROOT_GRAPH, PATH_LAYERS_LOCK, CSTORAGE_FILE_LAYERS, true},
        {ROOT_IMAGE, PATH_LAYERS_LOCK, CSTORAGE_FILE_LAYERS, true},
        {ROOT_RUN, PATH_MOUNTS_LOCK, CSTORAGE_FILE_MOUNTS, false},
        {ROOT_IMAGE, PATH_IMAGES_LOCK, CSTORAGE_FILE_IMAGES, true},
        {ROOT_GRAPH, PATH_IMAGES_LOCK, CSTORAGE_FILE_IMAGES, true},
        {ROOT_GRAPH, PATH_CONTAINERS_LOCK, CSTORAGE_FILE_CONTAINERS, true},
        {ROOT_RUN, PATH_CONTAINERS_LOCK, CSTORAGE_FILE_CONTAINERS, false},
};
