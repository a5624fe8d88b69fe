/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding the users of a layer. */

#include <string.h>

#include "txn/edit.h"

const char *edit_container_of(const struct edit *edit, const char *layer) {
        const struct items *containers = &edit->now->kinds[CSTORAGE_RECORD_FILE_CONTAINERS];

        for (size_t i = 0; i < containers->n; i++) {
                const struct container *container = containers->items[i].record;

                if (strcmp(container->layer, layer) == 0)
                        return container->id;
        }
        return NULL;
}

const char *edit_child_of(const struct edit *edit, const char *layer) {
        const struct items *layers = &edit->now->kinds[CSTORAGE_RECORD_FILE_LAYERS];

        for (size_t i = 0; i < layers->n; i++) {
                const struct layer *child = layers->items[i].record;

                if (strcmp(child->parent, layer) == 0)
                        return child->id;
        }
        return NULL;
}

bool image_has_mapped(const struct image *image, const char *layer) {
        for (size_t i = 0; i < image->mapped_layers.n; i++)
                if (strcmp(image->mapped_layers.items[i], layer) == 0)
                        return true;
        return false;
}

const char *edit_image_on(const struct edit *edit, const char *layer, bool mapped) {
        const struct items *images = &edit->now->kinds[CSTORAGE_RECORD_FILE_IMAGES];

        for (size_t i = 0; i < images->n; i++) {
                const struct image *image = images->items[i].record;

                if (strcmp(image->layer, layer) == 0 || (mapped && image_has_mapped(image, layer)))
                        return image->id;
        }
        return NULL;
}

static const struct mount *mount_of(const struct edit *edit, const char *layer) {
        const struct items *mounts = &edit->now->kinds[CSTORAGE_RECORD_FILE_MOUNTS];

        for (size_t i = 0; i < mounts->n; i++) {
                const struct mount *mount = mounts->items[i].record;

                if (mount->count > 0 && strcmp(mount->id, layer) == 0)
                        return mount;
        }
        return NULL;
}

int edit_check_mount(struct edit *edit, const char *layer) {
        const struct mount *mount = mount_of(edit, layer);

        if (!mount)
                return 0;
        return error_set(edit->reterr, -EBUSY, "the layer %s is mounted at %s; unmount it first", layer,
                         mount->path);
}

/* store.go:DeleteLayer */
int edit_check_layer(struct edit *edit, const char *id) {
        const char *user;

        user = edit_child_of(edit, id);
        if (user)
                return error_set(edit->reterr, -EBUSY, "the layer %s is below the layer %s", id, user);

        user = edit_image_on(edit, id, /* mapped= */ false);
        if (user)
                return error_set(edit->reterr, -EBUSY, "the layer %s is that of the image %s", id, user);

        user = edit_container_of(edit, id);
        if (user)
                return error_set(edit->reterr, -EBUSY, "the layer %s is that of the container %s", id, user);
        return edit_check_mount(edit, id);
}
