/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The verbs that are served, with their options and numbers of arguments: upstream's, from its commands. */

#include <string.h>

#include "sc.h"

static const struct verb verbs[] = {
        {"layers", NULL, 0, 0, OPT(JSON) | OPT(TREE) | OPT(QUICK), 0, serve_layers},
        {"images", NULL, 0, 0, OPT(JSON) | OPT(QUIET), 0, serve_images},
        {"images-by-digest", NULL, 1, 1, OPT(JSON) | OPT(QUIET), 0, serve_images_by_digest},
        {"containers", NULL, 0, 0, OPT(JSON), 0, serve_containers},

        {"layer", NULL, 1, -1, OPT(JSON), 0, serve_layer},
        {"image", NULL, 1, -1, OPT(JSON), 0, serve_image},
        {"exists", NULL, 1, -1, OPT(JSON) | OPT(QUIET) | OPT(IS_LAYER) | OPT(IS_IMAGE) | OPT(IS_CONTAINER), 0,
         serve_exists},

        {"get-names", "getnames", 1, 1, OPT(JSON), 0, serve_get_names},
        {"metadata", NULL, 1, -1, OPT(JSON) | OPT(QUIET), 0, serve_metadata},

        {"list-layer-data", "listlayerdata", 1, 1, OPT(JSON), CSTORAGE_FILE_LAYERS, serve_list_data},
        {"list-image-data", "listimagedata", 1, 1, OPT(JSON), CSTORAGE_FILE_IMAGES, serve_list_data},
        {"list-container-data", "listcontainerdata", 1, 1, OPT(JSON), CSTORAGE_FILE_CONTAINERS,
         serve_list_data},
        {"get-image-data-size", "getimagedatasize", 2, 2, 0, CSTORAGE_FILE_IMAGES, serve_data_size},
        {"get-image-data-digest", "getimagedatadigest", 2, 2, 0, CSTORAGE_FILE_IMAGES, serve_data_digest},
        {"get-container-data-size", "getcontainerdatasize", 2, 2, 0, CSTORAGE_FILE_CONTAINERS,
         serve_data_size},
        {"get-container-data-digest", "getcontainerdatadigest", 2, 2, 0, CSTORAGE_FILE_CONTAINERS,
         serve_data_digest},

        {"mounted", NULL, 1, -1, OPT(JSON), 0, serve_mounted},
        {"status", NULL, 0, 0, OPT(JSON), 0, serve_status},
};

const struct verb *verb_find(const char *name) {
        for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
                if (strcmp(verbs[i].name, name) == 0 || (verbs[i].alias && strcmp(verbs[i].alias, name) == 0))
                        return &verbs[i];
        return NULL;
}
