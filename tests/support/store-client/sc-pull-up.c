/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * An image of an additional store that gets other names is copied to this store (store.go:updateNames).
 */

#include "sc.h"

static int copy_data(struct client *client, const struct thing *image) {
        const char *id = thing_get_id(image), *key, *digest;
        struct cstorage_error error = {.text = "no memory"};
        int r = 0;

        for (size_t i = 0; r >= 0 && (key = thing_get_big_data(image, i, NULL, &digest)); i++) {
                _cleanup_free_ char *data = NULL;
                size_t size;

                r = cstorage_snapshot_read_big_data(client->snapshot, CSTORAGE_OBJECT_IMAGE, id, key, &data,
                                                    &size, &error);
                if (r >= 0)
                        r = cstorage_txn_set_big_data(client->txn, CSTORAGE_OBJECT_IMAGE, id, key, data, size,
                                                      *digest ? digest : NULL, &error);
        }
        return r < 0 ? log_error(client, "%s", error.text) : 0;
}

int pull_up(struct client *client, const struct thing *image) {
        struct cstorage_image_options options = {
                .size = sizeof(options),
                .id = cstorage_image_get_id(image->image),
                .layer = cstorage_image_get_layer_id(image->image),
                .metadata = cstorage_image_get_metadata(image->image),
                .digest = cstorage_image_get_digest(image->image),
                .created = cstorage_image_get_created(image->image),
        };
        struct cstorage_error error = {.text = "no memory"};
        int r;

        if (!*options.layer)
                options.layer = NULL;
        if (!*options.digest)
                options.digest = NULL;
        r = cstorage_txn_create_image(client->txn, &options, NULL, &error);
        return r < 0 ? log_error(client, "%s", error.text) : copy_data(client, image);
}
