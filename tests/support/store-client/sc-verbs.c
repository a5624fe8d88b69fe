/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The served verbs, with their options and numbers of arguments as in upstream. */

#include <string.h>

#include "sc.h"

#define LAYER     CSTORAGE_OBJECT_LAYER
#define IMAGE     CSTORAGE_OBJECT_IMAGE
#define CONTAINER CSTORAGE_OBJECT_CONTAINER
#define ANY       CSTORAGE_OBJECT_LAYER /* the kind is not used */

#define OPTS_EXISTS (OPT(JSON) | OPT(QUIET) | OPT(IS_LAYER) | OPT(IS_IMAGE) | OPT(IS_CONTAINER))
#define OPTS_NEW    (OPT(JSON) | OPT(ID) | OPT(NAME))
#define OPTS_TEXT   (OPT(METADATA) | OPT(METADATA_FILE))

/* clang-format off */
static const struct verb verbs[] = {
        /* name, alias, arguments, options, of what, changes */
        {"layers", NULL, 0, 0, OPT(JSON) | OPT(TREE) | OPT(QUICK), ANY, false, serve_layers},
        {"images", NULL, 0, 0, OPT(JSON) | OPT(QUIET), ANY, false, serve_images},
        {"images-by-digest", NULL, 1, 1, OPT(JSON) | OPT(QUIET), ANY, false, serve_images_by_digest},
        {"containers", NULL, 0, 0, OPT(JSON), ANY, false, serve_containers},

        {"layer", NULL, 1, -1, OPT(JSON), LAYER, false, serve_show},
        {"image", NULL, 1, -1, OPT(JSON), IMAGE, false, serve_show},
        {"container", NULL, 1, -1, OPT(JSON), CONTAINER, true, serve_show_container},
        {"exists", NULL, 1, -1, OPTS_EXISTS, ANY, false, serve_exists},

        {"create-layer", "createlayer", 0, 1, OPTS_NEW | OPT(LABEL) | OPT(READONLY) | OPT(ID_MAPS), ANY, true,
         serve_create_layer},
        {"create-image", "createimage", 0, 1, OPTS_NEW | OPTS_TEXT | OPT(DIGEST), ANY, true, serve_create_image},
        {"create-container", "createcontainer", 1, 1, OPTS_NEW | OPTS_TEXT | OPT(VOLATILE) | OPT(ID_MAPS), ANY, true,
         serve_create_container},

        {"delete", NULL, 1, -1, OPT(JSON), ANY, true, serve_delete},
        {"delete-layer", "deletelayer", 1, -1, OPT(JSON), LAYER, true, serve_delete_object},
        {"delete-image", "deleteimage", 1, -1, OPT(JSON) | OPT(TEST), IMAGE, true, serve_delete_image},
        {"delete-container", "deletecontainer", 1, -1, OPT(JSON), CONTAINER, true, serve_delete_object},

        {"get-names", "getnames", 1, 1, OPT(JSON), ANY, false, serve_get_names},
        {"add-names", "addnames", 1, -1, OPT(JSON) | OPT(NAME), ANY, true, serve_add_names},
        {"set-names", "setnames", 1, -1, OPT(JSON) | OPT(NAME), ANY, true, serve_set_names},
        {"remove-names", "removenames", 1, -1, OPT(JSON) | OPT(NAME), ANY, true, serve_remove_names},
        {"metadata", NULL, 1, -1, OPT(JSON) | OPT(QUIET), ANY, false, serve_metadata},
        {"set-metadata", "setmetadata", 1, 1, OPTS_TEXT, ANY, true, serve_set_metadata},

        {"list-layer-data", "listlayerdata", 1, 1, OPT(JSON), LAYER, false, serve_list_data},
        {"list-image-data", "listimagedata", 1, 1, OPT(JSON), IMAGE, false, serve_list_data},
        {"list-container-data", "listcontainerdata", 1, 1, OPT(JSON), CONTAINER, false, serve_list_data},
        {"get-layer-data", "getlayerdata", 2, 2, OPT(FILE), LAYER, false, serve_get_data},
        {"get-image-data", "getimagedata", 2, 2, OPT(FILE), IMAGE, false, serve_get_data},
        {"get-container-data", "getcontainerdata", 2, 2, OPT(FILE), CONTAINER, false, serve_get_data},
        {"get-image-data-size", "getimagedatasize", 2, 2, 0, IMAGE, false, serve_data_size},
        {"get-container-data-size", "getcontainerdatasize", 2, 2, 0, CONTAINER, false, serve_data_size},
        {"get-image-data-digest", "getimagedatadigest", 2, 2, 0, IMAGE, false, serve_data_digest},
        {"get-container-data-digest", "getcontainerdatadigest", 2, 2, 0, CONTAINER, false, serve_data_digest},
        {"set-layer-data", "setlayerdata", 2, 2, OPT(FILE), LAYER, true, serve_set_data},
        {"set-image-data", "setimagedata", 2, 2, OPT(FILE), IMAGE, true, serve_set_data},
        {"set-container-data", "setcontainerdata", 2, 2, OPT(FILE), CONTAINER, true, serve_set_data},

        {"get-image-dir", "getimagedir", 1, 1, 0, IMAGE, true, serve_directory},
        {"get-image-run-dir", "getimagerundir", 1, 1, 0, IMAGE, true, serve_run_directory},
        {"get-container-dir", "getcontainerdir", 1, 1, 0, CONTAINER, true, serve_directory},
        {"get-container-run-dir", "getcontainerrundir", 1, 1, 0, CONTAINER, true, serve_run_directory},

        {"mount", NULL, 1, -1, OPT(JSON) | OPT(MOUNT_OPT) | OPT(LABEL) | OPT(READ_ONLY), ANY, true, serve_mount},
        {"unmount", "umount", 1, -1, OPT(JSON) | OPT(FORCE), ANY, true, serve_unmount},
        {"mounted", NULL, 1, -1, OPT(JSON), ANY, false, serve_mounted},

        {"status", NULL, 0, 0, OPT(JSON), ANY, false, serve_status},
        {"gc", NULL, 0, 0, OPT(JSON), ANY, true, serve_gc},
        {"wipe", NULL, 0, 0, OPT(JSON), ANY, true, serve_wipe},
};
/* clang-format on */

const struct verb *verb_find(const char *name) {
        for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
                if (strcmp(verbs[i].name, name) == 0 || (verbs[i].alias && strcmp(verbs[i].alias, name) == 0))
                        return &verbs[i];
        return NULL;
}
