/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How large an image is: what store.go:ImageSize adds up. Layers of which no record tells it have to be
 * measured. */

#include <string.h>

#include "sc.h"

/* layers.go:Layer: the size counts only where there is a digest to go with it. */
static int layer_size(struct client *client, const struct cstorage_layer *layer, int64_t *ret) {
        if (!*cstorage_layer_get_diff_digest(layer) || cstorage_layer_get_diff_size(layer) < 0)
                return hand_over(client, "a layer has to be measured");

        *ret = cstorage_layer_get_diff_size(layer);
        return 0;
}

static bool has_layer(const struct client *client, const char *top, const char *id) {
        const struct cstorage_layer *layer = find_layer(client, top);

        for (; layer; layer = cstorage_snapshot_get_parent(client->snapshot, layer))
                if (strcmp(cstorage_layer_get_id(layer), id) == 0)
                        return true;
        return false;
}

/* Whether a layer is counted with a chain that comes before the one with this index. */
static bool is_counted(const struct client *client, const struct cstorage_image *image, size_t index,
                       const char *id) {
        if (index > 0 && has_layer(client, cstorage_image_get_layer_id(image), id))
                return true;
        for (size_t i = 0; i + 1 < index; i++)
                if (has_layer(client, cstorage_image_get_mapped_layer_id(image, i), id))
                        return true;
        return false;
}

/* The top layer, at index 0, then its mapped copies. */
static const char *top_layer(const struct cstorage_image *image, size_t index) {
        return index == 0 ? cstorage_image_get_layer_id(image)
                          : cstorage_image_get_mapped_layer_id(image, index - 1);
}

static int chain_size(struct client *client, const struct cstorage_image *image, size_t index, int64_t *ret) {
        const char *id = top_layer(image, index);

        while (*id && !is_counted(client, image, index, id)) {
                const struct cstorage_layer *layer = find_layer(client, id);
                int64_t size;

                if (!layer)
                        return hand_over(client, "a layer is missing");
                if (layer_size(client, layer, &size) < 0)
                        return HAND_OVER;
                *ret += size;
                id = cstorage_layer_get_parent_id(layer);
        }
        return 0;
}

int image_size(struct client *client, const struct cstorage_image *image, int64_t *ret) {
        int64_t size = 0, n;

        for (size_t i = 0; top_layer(image, i); i++)
                if (chain_size(client, image, i, &size) < 0)
                        return HAND_OVER;
        for (size_t i = 0; cstorage_image_get_big_data(image, i, &n, NULL); i++)
                size += n;

        *ret = size;
        return 0;
}
