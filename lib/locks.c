/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The order of the locks. */

#include "locks.h"

const struct store_lock store_locks[STORE_LOCKS] = {
        {ROOT_GRAPH, PATH_LAYERS_LOCK, true},    {ROOT_IMAGE, PATH_LAYERS_LOCK, true},
        {ROOT_RUN, PATH_MOUNTS_LOCK, false},     {ROOT_IMAGE, PATH_IMAGES_LOCK, true},
        {ROOT_GRAPH, PATH_IMAGES_LOCK, true},    {ROOT_GRAPH, PATH_CONTAINERS_LOCK, true},
        {ROOT_RUN, PATH_CONTAINERS_LOCK, false},
};
